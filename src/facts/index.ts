// facts: what Google says of a token, a VM, a disk, an image and a log, as plain types with strict readers of the raw
// JSON. No input or output, no judgement. It imports base only. gcp fetches, appraisal judges, the provisioner shows.
// Each *-reader.ts turns one kind of raw answer into the types of the file of the same subject.
export { readAnswer } from './answer.js';
export * from './audit.js';
export { parseAuditEntry } from './audit-reader.js';
export { parseTokenClaims } from './claims-reader.js';
export { parseDisk, parseImage } from './disk-reader.js';
export * from './identity.js';
export * from './instance.js';
export { parseInstance } from './instance-reader.js';
export * from './lookup.js';
export { parseMetadataItems, parseZoneMetadata } from './metadata-reader.js';
