// record: what Alice promises and the server enforces. Types, strict parsing, canonical form. No input or output.
// It imports base only. Start with record.ts.
export * from './canonical.js';
export { parsePayloadCommand } from './payload-command.js';
export * from './pcr-policy.js';
export * from './pcr-text.js';
export * from './record.js';
export * from './reference-record.js';
export * from './secrets-file.js';
