// tpm-device: the only room that talks to a TPM. Start with `Tpm.open`, then the operations below; each flushes all that it
// loads. `commands.*` are single TPM commands, for those who need them one by one.
export { activateCredential, openAk, quote, type AkKind, type AttestationKey } from './attestation-key.js';
export * as commands from './commands/index.js';
export type { Attested } from './commands/attestation.js';
export { ekPublicArea, withEk, withEkAuthorization, type EkKind, type EndorsementKey } from './ek.js';
export { findTpmDevice } from './find-device.js';
export { thenFlush } from './flush.js';
export { unsealImportBlob } from './import.js';
export { passwordAuth, policyAuth, type Authorization, type Command } from './packet.js';
export { readPcrs } from './pcr-values.js';
export { failedWith, Rc } from './return-code.js';
export { certifyKey, createSigningKey, importSigningKey, signWith, signWithAk, type SigningKey } from './signing-key.js';
export { Tpm, type TpmOptions } from './tpm.js';
export type { TpmTransport } from './transport.js';
