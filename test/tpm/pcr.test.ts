import {
  decodePcrSelections,
  encodePcrSelections,
  Handle,
  handleName,
  pcrDigest,
  policyPcrDigest,
  policySecretDigest,
  type HashName,
} from '../../src/tpm/index.js';
import { unhex, vectors } from './support/vectors.js';

interface PolicyVector {
  readonly name: string;
  readonly session_hash: HashName;
  readonly selection_hex?: string;
  readonly pcr_values_hex?: readonly string[];
  readonly pcr_digest_hex?: string;
  readonly policy_digest_hex: string;
}

const { cases } = vectors<{ cases: PolicyVector[] }>('policy');

describe('PolicyPCR', () => {
  const pcrCases = cases.filter(({ selection_hex }) => selection_hex !== undefined);
  it('has vectors of two banks and of a SHA-384 session', () => expect(pcrCases).toHaveLength(8));

  it.each(pcrCases)('gives the digest of tpm2_policypcr: $name', (vector) => {
    const values = vector.pcr_values_hex!.map(unhex);
    expect(pcrDigest(vector.session_hash, values).toString('hex')).toBe(vector.pcr_digest_hex);
    const selections = decodePcrSelections(unhex(vector.selection_hex!));
    expect(policyPcrDigest(selections, values, { hash: vector.session_hash }).toString('hex')).toBe(vector.policy_digest_hex);
  });
});

describe('PolicySecret', () => {
  it.each([
    ['policysecret_endorsement', Handle.ENDORSEMENT],
    ['policysecret_owner', Handle.OWNER],
  ])('gives the digest of tpm2_policysecret: %s', (name, handle) =>
    expect(policySecretDigest(handleName(handle)).toString('hex')).toBe(cases.find((vector) => vector.name === name)!.policy_digest_hex),
  );

  it('combines with PolicyPCR in order', () => {
    const { pcr_values_hex, policy_digest_hex } = cases.find(({ name }) => name === 'policysecret_endorsement_then_pcr_0_4_7')!;
    const before = policySecretDigest(handleName(Handle.ENDORSEMENT));
    const after = policyPcrDigest({ bank: 'sha256', indices: [0, 4, 7] }, pcr_values_hex!.map(unhex), { before });
    expect(after.toString('hex')).toBe(policy_digest_hex);
  });
});

describe('a PCR selection', () => {
  it.each([
    [[0], '010000'],
    [[0, 4, 7], '910000'],
    [[7, 0, 4], '910000'],
    [[23], '000080'],
    [[], '000000'],
  ])('of registers %j has the bitmap %s', (indices, bitmap) =>
    expect(encodePcrSelections([{ bank: 'sha256', indices }]).toString('hex')).toBe(`00000001000b03${bitmap}`),
  );

  it.each([24, -1, 1.5])('refuses register %d', (index) =>
    expect(() => encodePcrSelections([{ bank: 'sha256', indices: [index] }])).toThrow(
      expect.objectContaining({ code: 'BYTES_MALFORMED', message: `pcr ${index} does not exist, name one of 0 to 23` }),
    ),
  );

  it('keeps a bank named twice, as a TPM echoes it', () =>
    expect(decodePcrSelections(unhex('00000002000b03010000000b03010000'))).toEqual([
      { bank: 'sha256', indices: [0] },
      { bank: 'sha256', indices: [0] },
    ]));

  it.each([
    ['17 banks', `00000011${'000b03010000'.repeat(17)}`, 'pcrSelections/pcrSelection/count: 17 banks are over the limit of 16'],
    ['a bitmap of 2 bytes', '00000001000b020100', 'pcrSelections/pcrSelection/0/sizeofSelect: is 2, must be 3'],
    ['a bitmap of 4 bytes', '00000001000b0401000000', 'pcrSelections/pcrSelection/0/sizeofSelect: is 4, must be 3'],
    ['an unknown bank', '00000001001203010000', 'pcrSelections/pcrSelection/0/hash: 0x12 is not a hash algorithm known here'],
  ])('refuses %s', (_, text, message) => expect(() => decodePcrSelections(unhex(text))).toThrow(message));
});

it('sixteen banks are read, one more is refused', () => {
  const banks = (count: number): Buffer => encodePcrSelections(Array.from({ length: count }, () => ({ bank: 'sha256', indices: [0] })));
  expect(decodePcrSelections(banks(16))).toHaveLength(16);
  expect(() => decodePcrSelections(banks(17))).toThrow('17 banks are over the limit of 16');
});
