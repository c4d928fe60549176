import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { CloudCore, RunningService } from './core.js';
import { crc32c } from './crc32c.js';
import { googleService } from './google-protos.js';
import { startGrpcService, type GrpcCaller } from './grpc-service.js';
import { invalid, Problem } from './problem.js';

const maxBytes = 64 * 1024;
const [versionBytes, nonceBytes, tagBytes] = [4, 12, 16];

/** Symmetric keys by the full name of the CryptoKey, each with its versions; the last one is primary. */
export class KmsKeys {
  readonly #keys = new Map<string, Buffer[]>();

  /** Makes the key, or rotates it: a new primary version. @returns its name */
  addVersion(projectId: string, location: string, keyRing: string, key: string): string {
    const name = `projects/${projectId}/locations/${location}/keyRings/${keyRing}/cryptoKeys/${key}`;
    this.#keys.set(name, [...(this.#keys.get(name) ?? []), randomBytes(32)]);
    return name;
  }

  /** @throws Problem 404 */
  versions(name: string): readonly Buffer[] {
    const versions = this.#keys.get(name);
    if (versions !== undefined) return versions;
    throw new Problem(404, 'notFound', `CryptoKey ${name} not found.`);
  }
}

// proto-loader gives null for a message that is absent, and an empty buffer for absent bytes.
const checksum = z.object({ value: z.string() }).nullable();
const common = { name: z.string(), additionalAuthenticatedData: z.instanceof(Uint8Array), additionalAuthenticatedDataCrc32c: checksum };
const encryptRequest = z.object({ ...common, plaintext: z.instanceof(Uint8Array), plaintextCrc32c: checksum });
const decryptRequest = z.object({ ...common, ciphertext: z.instanceof(Uint8Array), ciphertextCrc32c: checksum });

/** Cloud KMS over gRPC: Encrypt and Decrypt with symmetric keys (AES-256-GCM). @see https://cloud.google.com/kms/docs/reference/rpc */
export const startKms = (core: CloudCore, keys: KmsKeys): Promise<RunningService> =>
  startGrpcService({
    core,
    api: 'kms',
    definition: googleService('@google-cloud/kms', 'google.cloud.kms.v1.KeyManagementService'),
    handlers: {
      Encrypt: (request, caller) => encrypt(core, keys, encryptRequest.parse(request), caller),
      Decrypt: (request, caller) => decrypt(core, keys, decryptRequest.parse(request), caller),
    },
  });

function encrypt(core: CloudCore, keys: KmsKeys, request: z.infer<typeof encryptRequest>, caller: GrpcCaller): object {
  const aad = request.additionalAuthenticatedData;
  authorise(core, request.name, 'cloudkms.cryptoKeyVersions.useToEncrypt', caller);
  const plaintextVerified = verifyChecksum(request.plaintext, request.plaintextCrc32c, 'plaintext');
  const aadVerified = verifyChecksum(aad, request.additionalAuthenticatedDataCrc32c, 'additional_authenticated_data');
  const versions = keys.versions(request.name);
  const key = versions.at(-1);
  if (key === undefined) throw new Problem(412, 'failedPrecondition', `${request.name} has no primary version.`);
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad);
  const number = Buffer.alloc(versionBytes);
  number.writeUInt32BE(versions.length);
  const ciphertext = Buffer.concat([number, nonce, cipher.update(request.plaintext), cipher.final(), cipher.getAuthTag()]);
  return {
    name: `${request.name}/cryptoKeyVersions/${versions.length}`,
    ciphertext,
    ciphertextCrc32c: { value: String(crc32c(ciphertext)) },
    verifiedPlaintextCrc32c: plaintextVerified,
    verifiedAdditionalAuthenticatedDataCrc32c: aadVerified,
    protectionLevel: 'SOFTWARE',
  };
}

function decrypt(core: CloudCore, keys: KmsKeys, request: z.infer<typeof decryptRequest>, caller: GrpcCaller): object {
  const aad = request.additionalAuthenticatedData;
  authorise(core, request.name, 'cloudkms.cryptoKeyVersions.useToDecrypt', caller);
  verifyChecksum(request.ciphertext, request.ciphertextCrc32c, 'ciphertext');
  verifyChecksum(aad, request.additionalAuthenticatedDataCrc32c, 'additional_authenticated_data');
  const versions = keys.versions(request.name);
  const plaintext = open(versions, Buffer.from(request.ciphertext), aad);
  if (plaintext === undefined) throw invalid("Decryption failed: verify that 'name' refers to the correct CryptoKey.");
  return {
    plaintext: plaintext.bytes,
    plaintextCrc32c: { value: String(crc32c(plaintext.bytes)) },
    usedPrimary: plaintext.version === versions.length,
    protectionLevel: 'SOFTWARE',
  };
}

function open(versions: readonly Buffer[], ciphertext: Buffer, aad: Uint8Array): { bytes: Buffer; version: number } | undefined {
  if (ciphertext.length < versionBytes + nonceBytes + tagBytes) return undefined;
  const version = ciphertext.readUInt32BE(0);
  const key = versions[version - 1];
  if (key === undefined) return undefined;
  const body = versionBytes + nonceBytes;
  const decipher = createDecipheriv('aes-256-gcm', key, ciphertext.subarray(versionBytes, body)).setAAD(aad);
  decipher.setAuthTag(ciphertext.subarray(-tagBytes));
  try {
    return { bytes: Buffer.concat([decipher.update(ciphertext.subarray(body, -tagBytes)), decipher.final()]), version };
  } catch {
    return undefined;
  }
}

function authorise(core: CloudCore, name: string, permission: string, caller: GrpcCaller): void {
  const match = /^projects\/([^/]+)\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+$/.exec(name);
  if (match === null) throw invalid('The name is not that of a CryptoKey.');
  caller.require(core.projects.find(match[1] ?? '')?.id ?? '', permission, name);
}

/** @returns was a checksum sent? @throws Problem INVALID_ARGUMENT when it is not that of the bytes, or they are too many. */
function verifyChecksum(bytes: Uint8Array, expected: z.infer<typeof checksum>, field: string): boolean {
  if (bytes.length > maxBytes) throw invalid(`The ${field} field is longer than ${maxBytes} bytes.`);
  if (expected !== null && expected.value !== String(crc32c(bytes)))
    throw invalid(`The checksum in field ${field}_crc32c did not match the data in field ${field}.`);
  return expected !== null;
}
