import {
  equalSelections,
  matchAllowedPcrs,
  quoteChecks,
  quotePcrSelection,
  selectionsOf,
  verifiedPcrValues,
  type AllowedPcrs,
  type PcrBank,
  type PcrSelection,
  type PublicArea,
  type QuoteEvidence,
} from '../../src/tpm/index.js';
import { allow, allowedFrom, evidenceOf, quoteNamed } from './support/edits.js';
import { b64, unhex, vectors, type QuoteVector } from './support/vectors.js';
import { refusedBy } from './support/verdicts.js';

const base = evidenceOf(quoteNamed('pcr047_rsassa'));
const refused = (change: Partial<QuoteEvidence>): readonly string[] => refusedBy(quoteChecks, { ...base, ...change });

describe('the policy of a quote', () => {
  it('allows several values for a register', () => {
    const good = allowedFrom(quoteNamed('pcr047_rsassa').pcr_values).get('sha256')!;
    const more = new Map([...good].map(([index, values]) => [index, [Buffer.alloc(32, index), ...values, Buffer.alloc(32, 0xff)]]));
    expect(refused({ allowedPcrs: new Map([['sha256', more]]) })).toEqual([]);
  });

  it('refuses more than 4096 combinations, and tries 4096', () => {
    const wide = (counts: readonly number[]): AllowedPcrs => {
      const good = allowedFrom(quoteNamed('pcr047_rsassa').pcr_values).get('sha256')!;
      const filled = [...good].map(([index, [value]], i) => {
        const others = Array.from({ length: counts[i]! - 1 }, (_, n) => Buffer.alloc(32, n));
        return [index, [...others, value!]] as const;
      });
      return new Map([['sha256', new Map(filled)]]);
    };
    expect(refused({ allowedPcrs: wide([16, 16, 16]) })).toEqual([]);
    expect(refused({ allowedPcrs: wide([16, 16, 17]) })).toEqual(['quote-pcr-digest']);
  });

  it.each<[string, AllowedPcrs, string[]]>([
    ['no bank', new Map(), ['quote-pcr-selection', 'quote-pcr-digest']],
    ['a bank without registers', new Map([['sha256', new Map()]]), ['quote-pcr-selection', 'quote-pcr-digest']],
    ['a register without values', allow({ 4: [] }), ['quote-pcr-digest']],
    ['a value of another size', allow({ 4: ['00'] }), ['quote-pcr-digest']],
    ['another bank', new Map([['sha384', new Map([[0, [Buffer.alloc(48)]]])]]), ['quote-pcr-selection', 'quote-pcr-digest']],
  ])('that names %s refuses', (_, allowedPcrs, ids) => expect(refused({ allowedPcrs })).toEqual(ids));

  it('says which register has no value to compare with', () =>
    expect(matchAllowedPcrs('sha256', Buffer.alloc(32), allow({ 4: [] }))).toEqual({
      matches: false,
      because: 'the policy allows no value for sha256:4',
    }));

  it('is never satisfied by the values that the policy splits elsewhere', () => {
    const [zero, four] = quoteNamed('pcr047_rsassa').pcr_values.map(({ value_hex }) => value_hex);
    expect(refused({ allowedPcrs: allow({ 0: [zero! + four!], 4: [''] }) })).toEqual(['quote-pcr-digest']);
  });

  it('needs a key that names a hash', () => {
    expect(refused({ akPublic: { ...base.akPublic, scheme: undefined } as PublicArea })).toEqual(['quote-signature', 'quote-pcr-digest']);
    expect(refused({ akPublic: { ...base.akPublic, scheme: { alg: 'rsaes' } } as PublicArea })).toEqual([
      'quote-signature',
      'quote-pcr-digest',
    ]);
  });

  it('does not depend on the order in which the policy names registers', () => {
    const values = quoteNamed('pcr047_rsassa').pcr_values.map(({ pcr, value_hex }) => [pcr, [unhex(value_hex)]] as const);
    const [zero, four, seven] = values as [(typeof values)[0], (typeof values)[0], (typeof values)[0]];
    expect(refused({ allowedPcrs: new Map([['sha256', new Map([seven, zero, four])]]) })).toEqual([]);
    expect(refused({ allowedPcrs: new Map([['sha256', new Map([four, seven, zero])]]) })).toEqual([]);
  });

  it('is not satisfied while one of its values cannot be one of the bank', () => {
    const [zero] = quoteNamed('pcr047_rsassa').pcr_values.map(({ value_hex }) => value_hex);
    expect(refused({ allowedPcrs: allow({ 0: ['00', zero!] }) })).toEqual(['quote-pcr-digest']);
  });

  it('names no register to compare with when one of its banks is empty, even if the quote has that bank empty too', () => {
    const evidence = evidenceOf(quoteNamed('empty_bank_in_selection'));
    const [quoted] = evidence.allowedPcrs;
    for (const bank of ['sha1', 'sha384'] as const) {
      const allowedPcrs: AllowedPcrs = new Map([quoted!, [bank, new Map()]]);
      expect(quotePcrSelection.judge({ ...evidence, allowedPcrs })).toMatchObject({
        detail: 'the policy names no register to compare with',
      });
    }
  });

  it('lists banks by ascending algorithm id and registers ascending', () => {
    const registers = new Map([
      [7, []],
      [0, []],
    ]);
    const allowed: AllowedPcrs = new Map<PcrBank, typeof registers>([
      ['sha256', registers],
      ['sha1', registers],
    ]);
    expect(selectionsOf(allowed)).toEqual([
      { bank: 'sha1', indices: [0, 7] },
      { bank: 'sha256', indices: [0, 7] },
    ]);
  });
});

describe('equalSelections', () => {
  const one = { bank: 'sha1', indices: [0, 7] } as const;
  const two = { bank: 'sha256', indices: [0, 4, 7] } as const;

  it('is true for the same banks and registers', () => {
    expect(equalSelections([one, two], [{ ...one }, { ...two, indices: [0, 4, 7] }])).toBe(true);
    expect(equalSelections([], [])).toBe(true);
  });

  it.each<[string, readonly PcrSelection[], readonly PcrSelection[]]>([
    ['banks in another order', [one, two], [two, one]],
    ['one bank more', [one], [one, two]],
    ['one bank less', [one, two], [one]],
    ['a bank named twice', [one, one], [one]],
    ['the first bank another', [{ ...one, bank: 'sha384' }, two], [one, two]],
    ['the second bank another', [one, { ...two, bank: 'sha384' }], [one, two]],
    ['one register more', [two], [{ ...two, indices: [0, 4, 7, 8] }]],
    ['one register less', [two], [{ ...two, indices: [0, 4] }]],
    ['the first register another', [two], [{ ...two, indices: [1, 4, 7] }]],
    ['the last register another', [two], [{ ...two, indices: [0, 4, 8] }]],
  ])('is false for %s', (_, a, b) => expect(equalSelections(a, b)).toBe(false));
});

describe('verifiedPcrValues', () => {
  const values = new Map(quoteNamed('pcr047_rsassa').pcr_values.map(({ pcr, value_hex }) => [pcr, unhex(value_hex)]));
  const selection = { bank: 'sha256', indices: [7, 4, 0] } as const;
  const withValue = (index: number, value: Buffer): Map<number, Buffer> => new Map([...values, [index, value]]);

  it('is true for the values that were quoted, in any order', () => {
    expect(verifiedPcrValues(base.attestation, selection, values)).toBe(true);
    expect(verifiedPcrValues(base.attestation, selection, new Map([...values].reverse()))).toBe(true);
  });

  it.each<[string, Buffer, Parameters<typeof verifiedPcrValues>[1], ReadonlyMap<number, Buffer>]>([
    ['another value', base.attestation, selection, withValue(4, Buffer.alloc(32))],
    ['a value of another size', base.attestation, selection, withValue(4, Buffer.alloc(31))],
    [
      'two values joined in one register',
      base.attestation,
      selection,
      new Map([...values, [0, Buffer.concat([values.get(0)!, values.get(4)!])], [4, Buffer.alloc(0)]]),
    ],
    ['one value more', base.attestation, selection, withValue(5, Buffer.alloc(32))],
    ['one value less', base.attestation, selection, new Map([...values].slice(1))],
    [
      'another register',
      base.attestation,
      selection,
      new Map([
        [1, values.get(0)!],
        [4, values.get(4)!],
        [7, values.get(7)!],
      ]),
    ],
    ['another bank', base.attestation, { ...selection, bank: 'sha384' }, values],
    ['another selection', base.attestation, { ...selection, indices: [0, 4] }, values],
    ['bytes that do not decode', base.attestation.subarray(1), selection, values],
    ['a quote over nothing', b64(quoteNamed('empty_selection').attest_b64), { bank: 'sha256', indices: [] }, new Map()],
    ['a certification', b64(vectors<{ cases: QuoteVector[] }>('certify').cases[0]!.attest_b64), selection, values],
    ['a digest of no known size', shortDigest(), selection, values],
  ])('is false for %s', (_, attestation, wanted, claimed) => expect(verifiedPcrValues(attestation, wanted, claimed)).toBe(false));
});

/** A quote whose digest has 31 bytes. */
function shortDigest(): Buffer {
  const bytes = Buffer.from(base.attestation.subarray(0, -1));
  bytes.writeUInt16BE(31, bytes.length - 33);
  return bytes;
}
