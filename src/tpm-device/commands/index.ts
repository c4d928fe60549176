// One function per TPM 2.0 command, named as in Part 3 of the specification. They return what the TPM says and judge nothing.
export * from './attestation.js';
export * from './capability.js';
export * from './credential.js';
export * from './lifecycle.js';
export * from './nv.js';
export * from './object.js';
export * from './pcr.js';
export * from './sealed.js';
export * from './session.js';
export * from './sign.js';
