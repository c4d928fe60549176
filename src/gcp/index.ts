// gcp: the only room that imports Google's libraries, and the only one that knows of local mode. It returns our own plain
// types and imports base, facts and record. Start with cloud.ts (what there is), then open-cloud.ts (what it is made of)
// and failures.ts (what a failed call means).
export type * from './cloud.js';
export { readEndpoints } from './endpoints.js';
export { openCloud, type CloudOptions } from './open-cloud.js';
export type { MadeKey } from './service-account-keys.js';
