import { base64, concat, equalConstantTime, fromBase64, fromHex, hex, sha256 } from '../../src/base/index.js';

describe('bytes', () => {
  it('hashes as FIPS 180-2 appendix B says, in one part or many', () => {
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(hex(sha256(Buffer.from('abc')))).toBe(abc);
    expect(hex(sha256(Buffer.from('a'), Buffer.from('bc')))).toBe(abc);
  });

  it('reads only whole hexadecimal', () => {
    expect(fromHex('00fF')).toEqual(Buffer.from([0, 255]));
    for (const text of ['0', 'zz', '0x00', '00 ']) expect(fromHex(text)).toBeUndefined();
  });

  it('reads only canonical base64 (RFC 4648 section 3.5)', () => {
    expect(fromBase64('Zm9vb2Jhcg==')).toEqual(Buffer.from('fooobar'));
    for (const text of ['Zm9vb2Jhcg', 'Zm9vb2Jhch==', 'Zm9v b2Jhcg==', 'Zm9vb2Jhcg==\n', '_-8=']) expect(fromBase64(text)).toBeUndefined();
    expect(base64(Buffer.from('fooobar'))).toBe('Zm9vb2Jhcg==');
  });

  it('compares and joins', () => {
    expect(equalConstantTime(Buffer.from('a'), Buffer.from('a'))).toBe(true);
    expect(equalConstantTime(Buffer.from('a'), Buffer.from('b'))).toBe(false);
    expect(equalConstantTime(Buffer.from('a'), Buffer.from('ab'))).toBe(false);
    expect(concat(Buffer.from('a'), Buffer.from('b')).toString()).toBe('ab');
  });
});
