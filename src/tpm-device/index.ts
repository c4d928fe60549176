// tpm-device: talks to a TPM. `Tpm.open` first; `commands.*` are single TPM commands.
export * as commands from './commands/index.js';
export { passwordAuth, policyAuth, type Authorization, type Command } from './packet.js';
export { failedWith, Rc } from './return-code.js';
export { thenFlush } from './flush.js';
export { Tpm, type TpmOptions } from './tpm.js';
export type { TpmTransport } from './transport.js';
