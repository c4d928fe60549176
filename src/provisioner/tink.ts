import { binaryKeyset, createKeyset, inspectKeyset } from '../keyset/index.js';
import type { TinkConfig } from './config.js';
import { deliverEntries } from './entries.js';
import { exitCodes, type ExitCode } from './exit.js';
import type { Program } from './program.js';
import { readBounded } from './secrets.js';

const maxFileBytes = 64 * 1024;

/**
 * `tink`: a new keyset, or one from a file, as an entry of a secrets file. Tink's JSON becomes its binary form, which the client
 * reads. @throws AppError CONFIG_INVALID, CRYPTO_FAILED
 */
export async function tink(config: TinkConfig, program: Program): Promise<ExitCode> {
  const { name, file, template } = config;
  const data = file === undefined ? await createKeyset(template) : binaryKeyset(await readBounded('file', file, maxFileBytes));
  const { primaryKeyId, keys } = inspectKeyset(data);
  program.complain(
    `${file === undefined ? 'new keyset' : 'keyset'}: ${keys.map((key) => `${key.type} ${key.keyId}`).join(', ')}; primary key ${primaryKeyId}`,
  );
  await deliverEntries([{ name, type: 'TINK', data }], config, program);
  data.fill(0);
  return exitCodes.done;
}
