import { AppError, base64, onceForEach, sha256 } from '../base/index.js';
import { asApproved, type ProvisioningRecord } from './record.js';

/**
 * One text for one value, whoever writes it and in whatever order: JSON without white space, object keys in ascending
 * order of UTF-16 code units, dates as ISO 8601 in UTC with milliseconds, bytes as base64, members that are undefined
 * left out, maps as objects. Numbers are finite; what JSON cannot say (functions, bigint, NaN) is our own mistake.
 * @throws AppError INTERNAL for a value that has no canonical form
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (value instanceof Date && !Number.isNaN(value.getTime())) return JSON.stringify(value.toISOString());
  if (value instanceof Uint8Array) return JSON.stringify(base64(value));
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value instanceof Map) return canonicalObject([...value].map(([key, member]) => [String(key), member]));
  if (isPlainObject(value)) return canonicalObject(Object.entries(value));
  throw new AppError('INTERNAL', `a ${typeof value} has no canonical form`);
}

/** Base64 SHA-256 (44 characters) over the canonical form. */
export const canonicalDigest = (value: unknown): string => base64(sha256(Buffer.from(canonicalJson(value), 'utf8')));

/**
 * Base64 SHA-256 over everything that a record promises: all fields, and of its secrets the names and types, not the data.
 * Any change of policy, and any secret added, removed or renamed, changes it; an extension, which stands
 * beside the approval, does not. A record object must not be changed after it was asked about.
 */
export const policyDigest = onceForEach((record: ProvisioningRecord): string => {
  const { secrets, ...policy } = asApproved(record);
  return canonicalDigest({ ...policy, secrets: secrets.map(({ Name, Type }) => ({ Name, Type })) });
});

/** The same for all secrets of one record: from the name of a secret to what ties it. @see secretAssociatedData */
export function associatedDataOf(record: ProvisioningRecord, documentPath: string): (secretName: string) => Buffer {
  const digest = policyDigest(record);
  return (secretName) => sha256(Buffer.from(canonicalJson({ documentPath, policyDigest: digest, secretName }), 'utf8'));
}

/**
 * What ties the ciphertext of one secret to its record: 32 bytes, SHA-256 over the policy digest, the document's path
 * (`collection/instance id`) and the secret's name. A secret under another policy, or in another place, does not open.
 */
export const secretAssociatedData = (record: ProvisioningRecord, documentPath: string, secretName: string): Buffer =>
  associatedDataOf(record, documentPath)(secretName);

function canonicalObject(entries: readonly (readonly [string, unknown])[]): string {
  const members = entries
    .filter(([, member]) => member !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
