import { z } from 'zod';
import { AppError } from '../base/index.js';

/**
 * Reads one answer of a Google API with a schema.
 * @param what names the answer in the error, for example `instances.get`.
 * @throws AppError CLOUD_UNAVAILABLE naming the first wrong member, never its value: nothing can be decided from it.
 */
export function readAnswer<T>(schema: z.ZodType<T>, answer: unknown, what: string): T {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue === undefined ? 'answer' : issue.path.join('.') || 'answer';
  throw new AppError('CLOUD_UNAVAILABLE', `the answer of ${what} does not parse: ${where}: ${issue?.code ?? 'malformed'}`, {
    context: { api: what },
  });
}

/** An id that Google gives: uint64 as decimal text. JSON numbers are refused: they lose digits beyond 2^53. */
export const decimalId = z.string().regex(/^[0-9]{1,20}$/);

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** An RFC 3339 instant with its offset, kept as text. */
export const instantText = z.string().refine((text) => rfc3339.test(text) && !Number.isNaN(Date.parse(text)));

/** As `instantText`, as whole seconds since 1970, rounded down. */
export const instantSeconds = instantText.transform((text) => Math.floor(Date.parse(text) / 1000));

/** The last segment of a resource URL or name: `.../zones/us-central1-a` gives `us-central1-a`. */
export const lastSegment = (url: string): string => url.slice(url.lastIndexOf('/') + 1);

const initialState = z.object({ pk: z.unknown(), keks: z.unknown(), dbs: z.unknown(), dbxs: z.unknown() }).partial();

/** shieldedInstanceInitialState; true as soon as it names a key or a list of its own. */
export const ownSecureBootKeys = initialState
  .optional()
  .transform((state) => Object.values(state ?? {}).some((value) => value !== undefined && !(Array.isArray(value) && value.length === 0)));
