// record: what Alice promises and the server enforces. Types, strict parsing, canonical form. No input or output.
// It imports base only. Start with record.ts.
export * from './pcr-policy.js';
export * from './record.js';
