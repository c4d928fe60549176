import { randomBytes, randomInt } from 'node:crypto';

/** A resource id as Compute gives them: 19 decimal digits of an unsigned 64-bit number, beyond what a JavaScript number holds. */
export const newResourceId = (): string => `${randomInt(1, 9)}${Array.from({ length: 18 }, () => randomInt(10)).join('')}`;

/** A new fingerprint: 8 random bytes in padded base64url. Real ones are a hash nobody documents; only change is promised. */
export const newFingerprint = (): string => `${randomBytes(8).toString('base64url')}=`;

/** The fingerprint that Compute shows for empty labels and empty tags. */
export const emptyFingerprint = '42WmSpB8rSM=';

/** RFC 3339 as Compute prints times: milliseconds and the offset of its home, never Z. */
export function computeTime(date: Date): string {
  const offsetHours = -7;
  return new Date(date.getTime() + offsetHours * 3_600_000).toISOString().replace('Z', '-07:00');
}

const computeBase = 'https://www.googleapis.com/compute/v1';

/** The URL that Compute uses for a resource, from its name `projects/...`. */
export const linkOf = (resourceName: string): string => `${computeBase}/${resourceName}`;

/** The resource name in a URL or a name: `projects/...`; undefined when there is none. */
export const resourceNameOf = (urlOrName: string): string | undefined => /(?:^|\/)(projects\/[a-z0-9-]+\/[\w/.-]+)$/.exec(urlOrName)?.[1];

/** The last segment of a URL or resource name. */
export const lastSegment = (urlOrName: string): string => urlOrName.slice(urlOrName.lastIndexOf('/') + 1);
