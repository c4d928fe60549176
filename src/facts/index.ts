// facts: what Google says of a token, a VM, a disk, an image and a log, as plain types with strict readers of the raw
// JSON. No input or output, no judgement. It imports base only. gcp fetches, appraisal judges, the provisioner shows.
export * from './audit.js';
export * from './identity.js';
export * from './instance.js';
export * from './lookup.js';
