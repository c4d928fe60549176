import type { Cloud } from '../gcp/index.js';
import type { ServerConfig } from './config.js';
import type { SecretOpener } from './service/secrets.js';

/** The world outside of the process; tests put another one here. */
export interface RunParts {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly openCloud: (config: ServerConfig) => Promise<Cloud>;
  /** @throws AppError CONFIG_INVALID for a keyset that cannot be read. */
  readonly openSecrets: (config: ServerConfig, cloud: Cloud) => Promise<SecretOpener>;
  /** Standard output and standard error, one line each. */
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
}
