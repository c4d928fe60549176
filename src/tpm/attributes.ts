import { ObjectAttribute } from './constants.js';

/** The TPMA_OBJECT bits that are set, by the names of Part 2, 8.3, lowest bit first: `fixedTPM|fixedParent|sign`; `none` for none. */
export function describeAttributes(attributes: number): string {
  const names = Object.entries(ObjectAttribute).filter(([, bit]) => (attributes & bit) !== 0);
  return names.length === 0 ? 'none' : names.map(([name]) => name).join('|');
}
