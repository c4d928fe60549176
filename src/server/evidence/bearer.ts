import type { VerifiedToken } from '../../facts/index.js';
import type { TokenVerifier } from '../../gcp/index.js';

/** Identity tokens of VMs have 1 to 2 KiB. */
const maxTokenLength = 8192;

/**
 * Looks at the caller's identity token: exactly one, sent as metadata `authorization: Bearer <token>`. Anything else has no
 * claims, and the token stage refuses it.
 * @param values all values of the key `authorization`.
 */
export async function readBearer(tokens: TokenVerifier, values: readonly string[]): Promise<VerifiedToken> {
  const [value, ...others] = values;
  if (value === undefined) return without('no bearer token');
  if (others.length > 0) return without('more than one bearer token');
  if (value.length > maxTokenLength) return without('the bearer token is too long');
  const token = /^Bearer ([A-Za-z0-9_.-]+)$/i.exec(value)?.[1];
  return token === undefined ? without('malformed authorization metadata') : await tokens.verify(token);
}

const without = (problem: string): VerifiedToken => ({ claims: undefined, problem });
