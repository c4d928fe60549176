import { AppError } from '../../base/index.js';
import type { Cloud } from '../../gcp/index.js';
import { asApproved, canonicalDigest, secretAssociatedData, type ProvisioningRecord, type StoredSecret } from '../../record/index.js';
import type { SecretBox } from '../../keyset/index.js';
import type { RewrapConfig } from '../config.js';
import { exitCodes, type ExitCode } from '../exit.js';
import type { Program } from '../program.js';
import { boxFor, documentPath, openStorage } from '../secrets.js';
import { noApproval, storedApproval } from './stored.js';

/**
 * `rewrap`: stores the secrets of one approval under another keyset or KMS key. Everything else of the record stays, its digest
 * too, so releases go on being counted. Written only over what was read.
 * @throws AppError CRYPTO_FAILED when a stored secret does not open (nothing is written), CLOUD_ALREADY_EXISTS
 */
export async function rewrap(config: RewrapConfig, cloud: Cloud, program: Program): Promise<ExitCode> {
  const { instanceId, collection } = config;
  const document = await cloud.records.loadRaw(instanceId);
  if (document === undefined) throw noApproval(instanceId);
  const record = asApproved((await storedApproval(cloud, instanceId)).record);
  const over = canonicalDigest(document);
  if (canonicalDigest(record) !== over)
    throw new AppError('CLOUD_ALREADY_EXISTS', 'the approval was replaced while it was read; look at it again');
  const from = await boxFor(record.secrets_encryption, config.secretsKeyset, cloud.kms);
  const to = await openStorage({ secretsKeyset: config.newSecretsKeyset, secretsKmsKey: config.newSecretsKmsKey }, cloud.kms);
  const promised = { ...record, secrets_encryption: to.encryption };
  const secrets = await resealed(record, promised, documentPath(collection, instanceId), { from, to: to.box });
  await cloud.records.replace({ ...promised, secrets }, { over, by: config.approvedBy ?? program.userName, at: program.now() });
  const { scheme, key } = to.encryption;
  program.complain(`rewrapped: ${secrets.length} secrets of ${instanceId}, now under ${scheme} ${key}`);
  program.complain(
    'the TokenServer needs the new key from now on; what was stored before stays in backups of the database under the old one',
  );
  program.result({ outcome: 'rewrapped', instanceId, secrets: secrets.length, encryption: to.encryption });
  return exitCodes.done;
}

/** Each value is in clear only between the two boxes. */
async function resealed(
  record: ProvisioningRecord,
  promised: ProvisioningRecord,
  path: string,
  { from, to }: { readonly from: SecretBox; readonly to: SecretBox },
): Promise<StoredSecret[]> {
  const sealed: StoredSecret[] = [];
  for (const secret of record.secrets) {
    const value = await from.open(secret.Data, secretAssociatedData(record, path, secret.Name));
    const data = await to.seal(value, secretAssociatedData(promised, path, secret.Name));
    value.fill(0);
    sealed.push({ ...secret, Data: new Uint8Array(data) });
  }
  return sealed;
}
