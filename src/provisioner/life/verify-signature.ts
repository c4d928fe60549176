import { constants, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { AppError, fromBase64 } from '../../base/index.js';
import type { Cloud } from '../../gcp/index.js';
import { decodePublic, publicKeyOf } from '../../tpm/index.js';
import type { VerifyConfig } from '../config.js';
import { exitCodes, type ExitCode } from '../exit.js';
import type { Program } from '../program.js';
import { readBounded } from '../secrets.js';
import { storedApproval } from './stored.js';

const maxDataBytes = 256 * 1024 * 1024;

/**
 * `verify-signature`: did this VM sign these bytes? RSASSA-PKCS1-v1_5 or ECDSA (DER) with SHA-256, as the client's signing key
 * makes them. The key is the newest one that the TokenServer verified under the approval as it is stored now; or a PEM file, whose
 * origin is then the caller's business. It does not tell when the bytes were signed.
 */
export async function verifySignature(config: VerifyConfig, cloud: Cloud, program: Program): Promise<ExitCode> {
  const key = config.publicKey === undefined ? await keptKey(config.instanceId, cloud) : await keyIn(config.publicKey);
  const data = await readBounded('file', config.file, maxDataBytes);
  const signature = signatureBytes(await readBounded('signature', config.signature, 16 * 1024));
  const good = verify('sha256', data, key.asymmetricKeyType === 'rsa' ? { key, padding: constants.RSA_PKCS1_PADDING } : key, signature);
  program.complain(
    good ? `good: VM ${config.instanceId} signed these ${data.length} bytes` : 'BAD: this is not a signature of these bytes by that key',
  );
  program.result({ instanceId: config.instanceId, outcome: good ? 'good' : 'bad', publicKey: key.export({ type: 'spki', format: 'pem' }) });
  return good ? exitCodes.done : exitCodes.reviewFailed;
}

/** As the TokenServer keeps it: document `signer.INSTANCE.DIGEST`. @throws AppError CLOUD_NOT_FOUND, RECORD_MALFORMED */
async function keptKey(instanceId: string, cloud: Cloud): Promise<KeyObject> {
  const { record } = await storedApproval(cloud, instanceId);
  const digest = Buffer.from(record.approval_digest, 'base64').toString('base64url');
  const kept = (await cloud.state.get(`signer.${instanceId}.${digest}`))?.['keyPublic'];
  if (!(kept instanceof Uint8Array))
    throw new AppError(
      'CLOUD_NOT_FOUND',
      `VM ${instanceId} showed no signing key since it was approved: start its client with --exchangeSigningKey, or give --publicKey`,
    );
  return publicKeyOf(decodePublic(Buffer.from(kept)));
}

async function keyIn(file: string): Promise<KeyObject> {
  const pem = await readBounded('publicKey', file, 64 * 1024);
  try {
    return createPublicKey(pem);
  } catch (error) {
    throw new AppError('CONFIG_INVALID', `--publicKey: ${file} is not a PEM public key`, { cause: error });
  }
}

/** As bytes, or as base64 in a text file. */
function signatureBytes(content: Buffer): Buffer {
  const text = content.toString('latin1').trim();
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? (fromBase64(text) ?? content) : content;
}
