// base: what every room may use. It knows nothing of TPMs, Google or gRPC and imports none of our rooms.
// Start with check.ts (how a question is asked and answered) and errors.ts (what is not an answer).
export * from './bytes.js';
export * from './check.js';
export * from './config.js';
export * from './errors.js';
export * from './flags.js';
export * from './log.js';
export * from './once-for-each.js';
export * from './recent.js';
export * from './secret.js';
