// appraisal: evidence, the policy page, and the decision. Pure: everything was fetched before. It imports base, facts,
// record and tpm. Start with policy.ts (which checks run, in which order), then any file of checks/.
export type * from './evidence.js';
export * from './allowed-pcrs.js';
export * from './decide.js';
export * from './policy.js';
export * from './stage.js';
