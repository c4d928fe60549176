import { generateKeyPair, randomBytes, sign, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { JsonObject } from './json.js';

interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const tokenLifetimeSeconds = 3600;

/** Google's identity token signer: RS256 with RSA-2048, and the key set that verifiers download. */
export class IdentityTokens {
  readonly #now: () => Date;
  /** Published keys; the first one signs. */
  #keys: readonly SigningKey[];

  private constructor(now: () => Date, key: SigningKey) {
    this.#now = now;
    this.#keys = [key];
  }

  static async create(now: () => Date): Promise<IdentityTokens> {
    return new IdentityTokens(now, await newKey());
  }

  /** A new key signs from now on; the one before stays published, older ones go. `withdraw` unpublishes that one too. */
  async rotate(withdraw = false): Promise<void> {
    const fresh = await newKey();
    this.#keys = withdraw ? [fresh] : [fresh, ...this.#keys.slice(0, 1)];
  }

  /** The published keys. @see RFC 7517 section 5 */
  jwks(): JsonObject {
    return {
      keys: this.#keys.map(({ kid, publicKey }) => {
        const { n, e } = publicKey.export({ format: 'jwk' });
        return { kty: 'RSA', alg: 'RS256', use: 'sig', kid, n, e };
      }),
    };
  }

  /** Signs these claims with `iss`, `iat` and `exp` (an hour later) added where they are missing. @see RFC 7515 section 7.1 */
  sign(claims: JsonObject): string {
    const [key] = this.#keys;
    if (key === undefined) throw new Error('there is no signing key');
    const iat = Math.floor(this.#now().getTime() / 1000);
    const payload = { iss: 'https://accounts.google.com', iat, exp: iat + tokenLifetimeSeconds, ...claims };
    const input = `${encode({ alg: 'RS256', kid: key.kid, typ: 'JWT' })}.${encode(payload)}`;
    return `${input}.${sign('RSA-SHA256', Buffer.from(input), key.privateKey).toString('base64url')}`;
  }
}

async function newKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return { kid: randomBytes(20).toString('hex'), privateKey, publicKey };
}

const encode = (value: JsonObject): string => Buffer.from(JSON.stringify(value)).toString('base64url');
