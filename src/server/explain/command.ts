import { AppError, createLog, messageOf } from '../../base/index.js';
import type { Cloud } from '../../gcp/index.js';
import { readConfig, type ServerConfig } from '../config.js';
import type { RunParts } from '../run-parts.js';
import type { SecretOpener } from '../service/secrets.js';
import { servicesOf } from '../services.js';
import { explain, type Explanation } from './explain.js';
import { explanationText } from './explanation-text.js';

/** 0: nothing stands against a release; 1: something could not be read, or a secret opened; 2: flags; 3: a release would be refused. */
export type ExplainExit = 0 | 1 | 2 | 3;

const exitOf: Readonly<Record<Explanation['outcome'], ExplainExit>> = { clear: 0, undecided: 1, refused: 3 };

interface ExplainRequest {
  readonly instanceId: string;
  readonly json: boolean;
  readonly config: ServerConfig;
}

/** `tokenserver explain INSTANCE_ID [--json] FLAGS`, with the flags of the server: it decides as that server would. */
export async function explainCommand(parts: RunParts, args: readonly string[]): Promise<ExplainExit> {
  let request: ExplainRequest;
  try {
    request = readRequest(args, parts.env);
  } catch (error) {
    parts.complain(messageOf(error));
    return 2;
  }
  const { instanceId, json, config } = request;
  let cloud: Cloud | undefined;
  try {
    cloud = await parts.openCloud(config);
    const log = createLog({ name: 'tokenserver', level: config.logLevel });
    const services = servicesOf({ config, cloud, secrets: await openerOf(parts, config, cloud), log });
    const asksForCertificate = config.tls.clientAuthorities !== undefined;
    const explanation = await explain({ ...services, asksForCertificate }, instanceId);
    services.history.close();
    for (const line of json ? [JSON.stringify(explanation, undefined, 2)] : explanationText(explanation)) parts.print(line);
    return exitOf[explanation.outcome];
  } catch (error) {
    parts.complain(messageOf(error));
    return 1;
  } finally {
    await cloud?.close();
  }
}

/** Without a usable keyset a server does not start; here all else is told, and what is wrong with it is said of the secrets. */
async function openerOf(parts: RunParts, config: ServerConfig, cloud: Cloud): Promise<SecretOpener> {
  try {
    return await parts.openSecrets(config, cloud);
  } catch (error) {
    return { open: () => Promise.reject(error instanceof Error ? error : new AppError('CONFIG_INVALID', messageOf(error))) };
  }
}

/** @throws AppError CONFIG_INVALID */
function readRequest([instanceId = '', ...flags]: readonly string[], env: RunParts['env']): ExplainRequest {
  const isJson = (arg: string): boolean => /^--?json$/.test(arg);
  const config = readConfig(
    flags.filter((arg) => !isJson(arg)),
    env,
  );
  if (!/^[0-9]{1,20}$/.test(instanceId))
    throw new AppError('CONFIG_INVALID', 'explain: name the VM by its numeric instance id, before the flags');
  return { instanceId, json: flags.some(isJson), config };
}
