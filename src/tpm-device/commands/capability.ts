import { readPcrSelections, Writer, type PcrBank, type Reader } from '../../tpm/index.js';
import type { Tpm } from '../tpm.js';

/** TPM_CAP (Part 2, section 6.12). */
const Capability = { handles: 1, pcrs: 5, properties: 6 } as const;

/** TPM_PT tags that are read here (Part 2, section 6.13). */
export const Property = {
  manufacturer: 0x105,
  firmwareVersion1: 0x10b,
  firmwareVersion2: 0x10c,
  nvBufferMax: 0x12c,
  lockoutCounter: 0x20e,
  maxAuthFail: 0x20f,
  lockoutInterval: 0x210,
} as const;

/** The first handle of each kind (Part 2, section 7.2). */
export const HandleRange = {
  nvIndex: 0x01000000,
  loadedSession: 0x02000000,
  transient: 0x80000000,
  persistent: 0x81000000,
} as const;

/** More than any TPM has of anything; what a response may announce. */
const maxItems = 1024;

/**
 * The handles of one kind that exist now, in ascending order: NV indices, loaded sessions, loaded or persistent objects.
 * Asks again from the last one on while the TPM says that there are more.
 */
export async function getHandles(tpm: Tpm, range: keyof typeof HandleRange): Promise<readonly number[]> {
  const all: number[] = [];
  for (let from: number = HandleRange[range]; all.length < maxItems;) {
    const { items, moreData } = await ask(tpm, Capability.handles, from, maxItems, (reader) =>
      readList(reader, () => reader.u32('handle')),
    );
    all.push(...items);
    const last = items.at(-1);
    if (!moreData || last === undefined) break;
    from = last + 1;
  }
  return all.filter((handle) => handle >>> 24 === HandleRange[range] >>> 24);
}

/** One property, by its tag. @returns undefined when this TPM does not have it. */
export async function getProperty(tpm: Tpm, tag: number): Promise<number | undefined> {
  const readPairs = (reader: Reader) => readList(reader, () => [reader.u32('property'), reader.u32('value')] as const);
  const { items } = await ask(tpm, Capability.properties, tag, 1, readPairs);
  return new Map(items).get(tag);
}

/** The banks that hold registers on this TPM; a bank may be known to it and still not be allocated. */
export async function getPcrBanks(tpm: Tpm): Promise<readonly PcrBank[]> {
  const selections = await ask(tpm, Capability.pcrs, 0, 1, readPcrSelections);
  return selections.items.filter(({ indices }) => indices.length > 0).map(({ bank }) => bank);
}

interface Page<T> {
  readonly items: readonly T[];
  readonly moreData: boolean;
}

/** TPM2_GetCapability (Part 3, section 30.2): `moreData u8 | capability u32 | list`. */
function ask<T>(tpm: Tpm, capability: number, first: number, count: number, readItems: (reader: Reader) => readonly T[]): Promise<Page<T>> {
  const parameters = new Writer().u32(capability).u32(first).u32(count).done();
  return tpm.execute({ name: 'GetCapability', parameters }, (reader) => {
    const moreData = reader.u8('moreData') !== 0;
    const answered = reader.u32('capability');
    if (answered !== capability) throw reader.malformed('capability', `is ${answered}, ${capability} was asked`);
    return { moreData, items: readItems(reader) };
  });
}

function readList<T>(reader: Reader, readItem: (reader: Reader) => T): readonly T[] {
  const count = reader.u32('count');
  if (count > maxItems) throw reader.malformed('count', `${count} is over the limit of ${maxItems}`);
  const items: T[] = [];
  for (let i = 0; i < count; i++) items.push(readItem(reader));
  return items;
}
