// keyset: Tink keysets behind our own interface, and secrets at rest. Only this room knows tink-crypto, which is alpha and
// may have to go. It imports base. Start with keyset.ts.
export { clearBox, kmsBox, tinkBox, type DataKeyWrapper, type SecretBox } from './envelope.js';
export { binaryKeyset, inspectKeyset, maxKeysetBytes, openKeyset, type KeysetAead, type KeysetSummary } from './keyset.js';
export { createKeyset, keysetTemplates } from './templates.js';
