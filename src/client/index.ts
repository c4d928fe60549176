// client: the TokenClient for a workload in this language. Start with token-client.ts; docs/workload.md has examples.
export { AppError, type ErrorCode, type Secret } from '../base/index.js';
export type { TokenClientOptions } from './client-options.js';
export type { ClientState, TroubleReport } from './run.js';
export { SecretStore as Secrets } from './secret-store.js';
export { RefusedError } from './server-trouble.js';
export type { Signature } from './signer.js';
export { TokenClient, type TokenClientEvents } from './token-client.js';
export type { OpenedSecret } from './opened-secret.js';
