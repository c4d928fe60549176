import { passIf, type Verdict } from '../base/index.js';
import type { Metadata } from '../facts/index.js';
import { isActingKey } from './acting-keys.js';
import type { ServerPolicy } from './evidence.js';

/**
 * Judges metadata of a project or zone: keys that a guest acts on are refused whatever their value; with scope `strict`
 * every key is. Other keys pass: they are data for programs that ask for them.
 */
export function judgeSharedMetadata(metadata: Metadata, scope: ServerPolicy['metadataScope']): Verdict {
  const keys = [...metadata.keys()];
  const refused = scope === 'acting' ? keys.filter(isActingKey) : keys;
  return passIf(refused.length === 0, `keys ${refused.join(', ')}`);
}
