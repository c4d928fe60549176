import { base64, onceForEach, sha256 } from '../base/index.js';
import type { Metadata } from '../facts/index.js';

/** Base64 SHA-256 (44 characters) over each value as it is, in UTF-8 and never trimmed; undefined for a key without a value. */
export const digestsOf = onceForEach(
  (metadata: Metadata): ReadonlyMap<string, string | undefined> =>
    new Map([...metadata].map(([key, value]) => [key, value === undefined ? undefined : base64(sha256(Buffer.from(value)))])),
);
