// The cryptography that a release cannot do without, bare: node:crypto calls and nothing around them.
import {
  constants,
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHash,
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  hkdfSync,
  publicEncrypt,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';

const signer = generateKeyPairSync('rsa', { modulusLength: 2048 });
const modulus = String(signer.publicKey.export({ format: 'jwk' }).n);
const token = randomBytes(1100);
const attestation = randomBytes(145);
const [tokenSignature, quoteSignature] = [sign('sha256', token, signer.privateKey), sign('sha256', attestation, signer.privateKey)];
const peerPoint = createECDH('prime256v1').generateKeys();
const secretKey = randomBytes(32);
const nonce = randomBytes(12);
const [sealed, tag] = sealedSecret();

function sealedSecret(): readonly [Buffer, Buffer] {
  const cipher = createCipheriv('aes-256-gcm', secretKey, nonce);
  const ciphertext = Buffer.concat([cipher.update(randomBytes(100)), cipher.final()]);
  return [ciphertext, cipher.getAuthTag()];
}

/** The key comes with each caller. */
const freshKey = (): ReturnType<typeof createPublicKey> => createPublicKey({ key: { kty: 'RSA', n: modulus, e: 'AQAB' }, format: 'jwk' });

export const bareCrypto = {
  /** RS256 by a key that is held. */
  token: (): void => void verify('sha256', token, signer.publicKey, tokenSignature),
  /** RSASSA by the attestation key of the caller, and the digests of names and registers. */
  quote: (): void => {
    verify('sha256', attestation, { key: freshKey(), padding: constants.RSA_PKCS1_PADDING }, quoteSignature);
    for (let i = 0; i < 6; i++) createHash('sha256').update(attestation).digest();
  },
  /** OAEP, two derived keys, AES-CFB, HMAC. */
  credential: (): void => {
    publicEncrypt({ key: freshKey(), padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, secretKey);
    const cipher = createCipheriv('aes-128-cfb', createHmac('sha256', secretKey).update(nonce).digest().subarray(0, 16), Buffer.alloc(16));
    const encrypted = Buffer.concat([cipher.update(secretKey), cipher.final()]);
    createHmac('sha256', createHmac('sha256', secretKey).update(nonce).digest()).update(encrypted).digest();
  },
  /** Two secrets out of AES-256-GCM, and both together to the release key: ECDH with a fresh key, HKDF, AES-256-GCM. */
  release: (): void => {
    for (let i = 0; i < 2; i++) {
      const decipher = createDecipheriv('aes-256-gcm', secretKey, nonce);
      decipher.setAAD(nonce);
      decipher.setAuthTag(tag);
      decipher.update(sealed);
      createHash('sha256').update(token).digest();
    }
    const ephemeral = createECDH('prime256v1');
    ephemeral.generateKeys();
    const key = Buffer.from(hkdfSync('sha256', ephemeral.computeSecret(peerPoint), nonce, 'bench', 32));
    const cipher = createCipheriv('aes-256-gcm', key, randomBytes(12));
    cipher.update(sealed);
    cipher.final();
  },
} as const;
