import { createPublicKey, webcrypto } from 'node:crypto';
import { AppError, messageOf } from '../base/index.js';
import { printable } from './describe.js';
import { pemBlocks } from './files.js';
import { alternativeNames, commonNameOnly } from './issue.js';
import { algorithmOf, keyProblem, type SigningKey } from './signing-key.js';
import { Pkcs10CertificateRequest, Pkcs10CertificateRequestGenerator, SubjectAlternativeNameExtension } from './x509.js';

/** A request for a certificate whose signature has been verified: whoever sent it holds the private key. */
export interface VerifiedRequest {
  readonly publicKey: webcrypto.CryptoKey;
  /** What it asks for. Nobody has to grant it; printable. */
  readonly subject: string;
  readonly names: readonly string[];
}

/** A PKCS #10 request in PEM. @see RFC 2986 */
export async function makeRequest(key: SigningKey, commonName: string, names: readonly string[]): Promise<string> {
  const request = await Pkcs10CertificateRequestGenerator.create(
    {
      name: commonNameOnly(commonName),
      keys: key.pair,
      signingAlgorithm: key.algorithm,
      extensions: names.length === 0 ? [] : [alternativeNames(names)],
    },
    webcrypto,
  );
  return `${request.toString('pem')}\n`;
}

/**
 * Reads a request that another party sent.
 * @param what names the file in errors
 * @throws AppError CONFIG_INVALID unless it is exactly one request, of a good key, signed by that key
 */
export async function readRequest(text: string, what: string): Promise<VerifiedRequest> {
  const [block, ...more] = pemBlocks(text, 'CERTIFICATE REQUEST');
  if (block === undefined || more.length > 0) throw new AppError('CONFIG_INVALID', `${what} must hold one CERTIFICATE REQUEST in PEM`);
  let request: Pkcs10CertificateRequest;
  let signed: boolean;
  let publicKey: webcrypto.CryptoKey;
  try {
    request = new Pkcs10CertificateRequest(block);
    const key = createPublicKey({ key: Buffer.from(request.publicKey.rawData), format: 'der', type: 'spki' });
    const problem = keyProblem(key);
    if (problem !== undefined) throw new AppError('CONFIG_INVALID', `its key ${problem}`);
    publicKey = await webcrypto.subtle.importKey('spki', key.export({ type: 'spki', format: 'der' }), algorithmOf(key), true, ['verify']);
    signed = await request.verify(webcrypto);
  } catch (error) {
    throw new AppError('CONFIG_INVALID', `${what} is not a request that can be granted: ${messageOf(error)}`, { cause: error });
  }
  if (!signed) throw new AppError('CONFIG_INVALID', `${what} is not signed by the key that it asks a certificate for`);
  return { publicKey, subject: printable(request.subject), names: namesOf(request) };
}

function namesOf(request: Pkcs10CertificateRequest): readonly string[] {
  const asked = request.extensions.find((extension) => extension instanceof SubjectAlternativeNameExtension);
  return asked === undefined ? [] : asked.names.items.map(({ type, value }) => printable(`${type}:${value}`));
}
