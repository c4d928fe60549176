// gcp: the only room that imports Google's libraries. It returns our own plain types and imports base, facts and record.
// Start with cloud.ts (what there is).
export type * from './cloud.js';
