import { parsePcrFlag, parsePcrPolicyFile } from '../../src/record/index.js';

const zeros = '0'.repeat(64);
const ones = '1'.repeat(64);
const sha1 = 'a'.repeat(40);
const sha384 = 'b'.repeat(96);
const strict = { allowSha1: false };

describe('parsePcrFlag', () => {
  // The three separators that the article prints: 0=foo,23=bar, 0:foo and 23:=foo.
  it.each([
    [`0=${zeros},23=${ones}`, { sha256: { '0': [zeros], '23': [ones] } }],
    [`0:${zeros}`, { sha256: { '0': [zeros] } }],
    [`23:=${zeros}`, { sha256: { '23': [zeros] } }],
    [`0=${zeros},0=${ones}`, { sha256: { '0': [zeros, ones] } }],
    [`7=${sha384.toUpperCase()}`, { sha384: { '7': [sha384] } }],
  ])('reads %s', (text, expected) => expect(parsePcrFlag('pcrValues', text, strict)).toEqual(expected));

  it.each([
    ['', 'INDEX=HEX'],
    ['0', 'INDEX=HEX'],
    ['0=foo', 'INDEX=HEX'],
    [`24=${zeros}`, 'PCR 24 does not exist'],
    [`0=${zeros.slice(1)}`, '63 characters'],
    [`0=${zeros},`, 'INDEX=HEX'],
    [`0=${sha1}`, '--allowSha1Pcrs'],
  ])('refuses %s', (text, message) => {
    expect(() => parsePcrFlag('pcrValues', text, strict)).toThrow(message);
    expect(() => parsePcrFlag('pcrValues', text, strict)).toThrow('--pcrValues');
  });

  it('reads SHA-1 values when asked to', () => {
    expect(parsePcrFlag('pcrValues', `0=${sha1}`, { allowSha1: true })).toEqual({ sha1: { '0': [sha1] } });
  });
});

describe('parsePcrPolicyFile', () => {
  const parse = (document: unknown, options = strict): unknown => parsePcrPolicyFile('policy.json', JSON.stringify(document), options);

  it('reads banks of PCR indices', () => {
    const policy = { sha256: { '0': [zeros, ones] }, sha384: { '4': [sha384] } };
    expect(parse(policy)).toEqual(policy);
  });

  // The policy that the Keylime article prints (openSUSE, "Remote attestation with Keylime"): both banks for PCR 5 and 6.
  const keylime = {
    '5': ['223DD8701C16AC430BDDB1B409792AE6002121E4', '2B23381030DEF370AF781B143A25761F03A1D27F44922695D32EC74A96595576'],
    '6': ['B2A83B0EBF2F8374299A5B2BDFC31EA955AD7236', '3D458CFE55CC03EA1F443F1562BEEC8DF51C75E14A9FCF9A7234A13F198E7969'],
  };
  const keylimeSha256 = {
    '5': ['2b23381030def370af781b143a25761f03a1d27f44922695d32ec74a96595576'],
    '6': ['3d458cfe55cc03ea1f443f1562beec8df51c75e14a9fcf9a7234a13f198e7969'],
  };

  it("reads Keylime's tpm_policy; the length of a digest picks its bank, SHA-1 only when asked", () => {
    expect(parse(keylime)).toEqual({ sha256: keylimeSha256 });
    expect(parse({ ...keylime, mask: '0x60' })).toEqual({ sha256: keylimeSha256 });
    expect(parse(keylime, { allowSha1: true })).toEqual({
      sha1: { '5': ['223dd8701c16ac430bddb1b409792ae6002121e4'], '6': ['b2a83b0ebf2f8374299a5b2bdfc31ea955ad7236'] },
      sha256: keylimeSha256,
    });
  });

  it.each([
    [{ '5': [sha1] }, 'only SHA-1'],
    [{ ...keylime, mask: '0x20' }, 'the mask leaves out PCR 6, which has values'],
    [{ ...keylime, mask: '0x61' }, 'the mask names PCR 0, which has no value'],
    [{ ...keylime, mask: 'all' }, 'mask is 24 bits'],
    [{ '0': [] }, 'PCR 0 allows no value'],
    [{ '0': [7] }, 'no text'],
    [{ '25': [zeros] }, 'PCR 25 does not exist'],
    [{ pcr0: [zeros] }, '"pcr0" is no PCR index'],
    [{ sha512: { '0': [zeros] } }, '"sha512" is no PCR index'],
    [{ sha256: { '0': [sha384] } }, 'not 64'],
    [{}, 'names no PCR'],
    [[], 'JSON object'],
    [Object.fromEntries(Array.from({ length: 13 }, (_, i) => [String(i), [zeros, ones]])), 'more than 4096 combinations'],
  ])('refuses %j', (document, message) => {
    expect(() => parse(document)).toThrow(message);
    expect(() => parse(document)).toThrow('policy.json');
  });

  it('refuses what is not JSON', () => {
    expect(() => parsePcrPolicyFile('policy.json', '{', strict)).toThrow('policy.json is not JSON');
  });
});
