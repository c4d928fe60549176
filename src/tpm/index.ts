// tpm: TPM 2.0 in software. Structures, names, policies, credentials, import blobs, and the checks that judge what a TPM
// attests. It talks to no device and reads no clock. Section numbers are those of the TCG TPM 2.0 Library, revision 1.59.
export * from './ak-checks.js';
export * from './attest.js';
export * from './attributes.js';
export * from './certify-checks.js';
export * from './codec.js';
export * from './constants.js';
export * from './credential.js';
export * from './hash.js';
export * from './import-blob.js';
export * from './import-blob-wire.js';
export * from './kdf.js';
export * from './key.js';
export * from './name.js';
export * from './pcr.js';
export * from './pcr-policy.js';
export * from './protect.js';
export * from './public.js';
export * from './quote-checks.js';
export * from './scheme.js';
export * from './seed.js';
export * from './signature.js';
export * from './templates.js';
