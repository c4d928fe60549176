import { decodeImportBlob, encodeImportBlob, type ImportBlob } from '../../src/tpm/index.js';
import { unhex } from './support/vectors.js';

const one = '0a0101 120102 1a0103'.replaceAll(' ', '');
const value = (byte: string): string => byte.repeat(32);
const entry = (key: string, byte: string): string => `1224${key}1220${value(byte)}`;
const decodeHex = (text: string): ImportBlob => decodeImportBlob(unhex(text.replaceAll(' ', '')));
const withPcrs = (pcrs: string): string => `${one}22${Buffer.of(unhex(pcrs.replaceAll(' ', '')).length).toString('hex')}${pcrs}`;

describe('decodeImportBlob', () => {
  it('reads fields in any order', () => expect(decodeHex('1a0103 0a0101 120102')).toEqual(decodeHex(one)));

  it('reads a map entry whose key 0 is left out, and one where the value comes first', () => {
    const expected = new Map([[0, unhex(value('aa'))]]);
    expect(decodeHex(withPcrs(`080b 1222 1220${value('aa')}`)).pcrs?.values).toEqual(expected);
    expect(decodeHex(withPcrs(`080b 1224 1220${value('aa')} 0800`)).pcrs?.values).toEqual(expected);
  });

  it('gives registers ascending, in whatever order they come, and reads the hash after the map', () => {
    const { pcrs } = decodeHex(withPcrs(`${entry('0807', 'bb')}${entry('0801', 'aa')}080b`));
    expect([...(pcrs?.values.keys() ?? [])]).toEqual([1, 7]);
    expect(pcrs?.hashAlg).toBe(11);
  });

  it('writes what it read', () =>
    expect(encodeImportBlob(decodeHex(withPcrs(`080b${entry('0801', 'aa')}`)))).toEqual(unhex(withPcrs(`080b${entry('0801', 'aa')}`))));

  it.each([
    ['nothing', ''],
    ['a missing duplicate', '120102 1a0103'],
    ['a missing seed', '0a0101 1a0103'],
    ['a missing public area', '0a0101 120102'],
    ['an empty field', '0a00 120102 1a0103'],
    ['a field given twice', `${one} 0a0101`],
    ['the registers given twice', `${one} 2202080b 2202080b`],
    ['an unknown field', `${one} 2a0101`],
    ['field 0', `${one} 020101`],
    ['a number in place of bytes', '0801 120102 1a0103'],
    ['a fixed-size wire type', `${one} 2501020304`],
    ['a group', `${one} 0b0c`],
    ['a length over the end', '0a0201'],
    ['a length of 4 GiB', '0affffffff0f01'],
    ['a length over 32 bits', '0affffffff1f01'],
    ['a length of ten groups', '0affffffffffffffffff01 01'],
    ['a length of five groups and more', '0a8080808080 01'],
    ['a length that is not minimal', '0a8100 01 120102 1a0103'],
    ['a length that ends early', '0a80'],
    ['registers without a bank', withPcrs(entry('0801', 'aa'))],
    ['an empty register message', `${one}2200`],
    ['an unknown bank', withPcrs('0812')],
    ['the bank given twice', withPcrs('080b080b')],
    ['a bank as bytes', withPcrs('0a010b')],
    ['register 24', withPcrs(`080b${entry('0818', 'aa')}`)],
    ['a register given twice', withPcrs(`080b${entry('0801', 'aa')}${entry('0801', 'aa')}`)],
    ['register 0 given twice, once left out', withPcrs(`080b${entry('0800', 'aa')}12221220${value('aa')}`)],
    ['a value that does not fit the bank', withPcrs(`0804${entry('0801', 'aa')}`)],
    ['a register without a value', withPcrs('080b12020801')],
    ['a register whose number is given twice', withPcrs(`080b122608010801 1220${value('aa')}`)],
  ])('refuses %s', (_, text) => expect(() => decodeHex(text)).toThrow(expect.objectContaining({ code: 'BYTES_MALFORMED' })));

  it.each([
    ['a missing duplicate', '120102 1a0103', 'importBlob/duplicate: is missing or empty'],
    ['a missing seed', '0a0101 1a0103', 'importBlob/encrypted_seed: is missing or empty'],
    ['a missing public area', '0a0101 120102', 'importBlob/public_area: is missing or empty'],
    ['a tag cut short', `${one} 80`, 'importBlob/tag: needs 1 bytes, 0 are left'],
    ['a duplicate cut short', '0a0201', 'importBlob/duplicate: needs 2 bytes, 1 are left'],
    ['a seed cut short', '120201', 'importBlob/encrypted_seed: needs 2 bytes, 1 are left'],
    ['a public area cut short', '1a0201', 'importBlob/public_area: needs 2 bytes, 1 are left'],
    ['registers cut short', `${one} 220208`, 'importBlob/pcrs: needs 2 bytes, 1 are left'],
    ['a length that is not minimal', '0a8100 01', 'importBlob/duplicate: is longer than it must be'],
    ['a field given twice', `${one} 0a0101`, 'importBlob/duplicate: is given twice'],
    ['an unknown field', `${one} 2a0101`, 'importBlob/tag: field 5 of wire type 2 is not expected'],
    ['a number in place of bytes', '0801', 'importBlob/tag: field 1 of wire type 0 is not expected'],
    ['a bank cut short', withPcrs('0880'), 'importBlob/pcrs/hash: needs 1 bytes, 0 are left'],
    ['the bank given twice', withPcrs('080b080b'), 'importBlob/pcrs/hash: is given twice'],
    ['a register message cut short', withPcrs('080b 120208'), 'importBlob/pcrs/pcrs: needs 2 bytes, 1 are left'],
    ['a register number cut short', withPcrs('080b 12020880'), 'importBlob/pcrs/entry/key: needs 1 bytes, 0 are left'],
    ['a register value cut short', withPcrs('080b 12021220'), 'importBlob/pcrs/entry/value: needs 32 bytes, 0 are left'],
    ['register 24', withPcrs(`080b${entry('0818', 'aa')}`), 'importBlob/pcrs/entry/key: pcr 24 does not exist'],
    ['a register without a value', withPcrs('080b12020801'), 'importBlob/pcrs/entry/value: is missing or empty'],
    ['a value of another bank', withPcrs(`0804${entry('0801', 'aa')}`), 'importBlob/pcrs/entry/value: has 32 bytes, must have 20'],
    ['a register given twice', withPcrs(`080b${entry('0801', 'aa')}${entry('0801', 'aa')}`), 'importBlob/pcrs: pcr 1 is given twice'],
  ])('says where and what of %s', (_, text, message) => expect(() => decodeHex(text)).toThrow(new Error(message)));

  it.each([
    ['2^33 - 1', '0affffffff1f01'],
    ['a sixth group', '0a8080808080 01'],
  ])('says that a number is over 32 bits: %s', (_, text) => expect(() => decodeHex(text)).toThrow('importBlob/duplicate: is over 32 bits'));

  it('reads 2^32 - 1 as a number, and finds no such bank', () =>
    expect(() => decodeHex(withPcrs('08ffffffff0f'))).toThrow('importBlob/pcrs/hash: 4294967295 is not a bank known here'));

  it.each([
    [127, '0a7fee'],
    [128, '0a8001ee'],
    [16_383, '0aff7fee'],
    [16_384, '0a808001ee'],
  ])('writes the length %i as protobuf does', (length, head) => {
    const bytes = encodeImportBlob({
      duplicate: Buffer.alloc(length, 0xee),
      encryptedSeed: Buffer.of(1),
      publicArea: Buffer.of(1),
      pcrs: undefined,
    });
    expect(bytes.toString('hex', 0, head.length / 2)).toBe(head);
  });

  it('reads a blob of 8192 bytes', () => {
    const blob = { duplicate: Buffer.alloc(8183, 1), encryptedSeed: Buffer.of(1), publicArea: Buffer.of(1), pcrs: undefined };
    const bytes = encodeImportBlob(blob);
    expect(bytes).toHaveLength(8192);
    expect(decodeImportBlob(bytes)).toEqual(blob);
  });

  it('refuses more than 8192 bytes unread', () =>
    expect(() => decodeImportBlob(Buffer.alloc(8193))).toThrow('importBlob: 8193 bytes are over the limit of 8192'));
});
