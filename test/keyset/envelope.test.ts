import { clearBox, createKeyset, kmsBox, tinkBox, type DataKeyWrapper, type SecretBox } from '../../src/keyset/index.js';

const aad = Buffer.from('record 1, secret 1');
const value = Buffer.from('canary');

/** A KMS that keeps the key and hands out a ticket for it, bound to the associated data. */
function ticketOffice(): DataKeyWrapper & { readonly given: Buffer[] } {
  const kept = new Map<string, Buffer>();
  const given: Buffer[] = [];
  return {
    given,
    wrap: (key, associatedData) => {
      given.push(Buffer.from(key));
      const ticket = `ticket ${kept.size}`;
      kept.set(`${ticket}|${associatedData.toString()}`, Buffer.from(key));
      return Promise.resolve(Buffer.from(ticket));
    },
    unwrap: (ticket, associatedData) => {
      const key = kept.get(`${Buffer.from(ticket).toString()}|${associatedData.toString()}`);
      return key === undefined ? Promise.reject(new Error('no such key')) : Promise.resolve(Buffer.from(key));
    },
  };
}

describe.each<[string, () => Promise<SecretBox>]>([
  ['tink', async () => tinkBox(await createKeyset())],
  ['kms', () => Promise.resolve(kmsBox(ticketOffice()))],
])('a secret at rest, scheme %s', (_scheme, open) => {
  it('opens with the associated data it was sealed with, and with no other', async () => {
    const box = await open();
    const sealed = await box.seal(value, aad);
    expect(sealed.includes(value)).toBe(false);
    expect(await box.open(sealed, aad)).toEqual(value);
    await expect(box.open(sealed, Buffer.from('record 2, secret 1'))).rejects.toThrow();
  });

  it('does not open after any change of one bit', async () => {
    const box = await open();
    const sealed = await box.seal(value, aad);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Buffer.from(sealed);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      await expect(box.open(changed, aad)).rejects.toThrow();
    }
  });

  it('does not open when it is cut short', async () => {
    const box = await open();
    const sealed = await box.seal(value, aad);
    for (let length = 0; length < sealed.length; length++) await expect(box.open(sealed.subarray(0, length), aad)).rejects.toThrow();
  });
});

describe('scheme kms', () => {
  it('uses a fresh data key for each secret', async () => {
    const office = ticketOffice();
    const box = kmsBox(office);
    await box.seal(value, aad);
    await box.seal(value, aad);
    expect(office.given.map((key) => key.length)).toEqual([32, 32]);
    expect(office.given[0]).not.toEqual(office.given[1]);
  });

  it('refuses a data key of the wrong size', async () => {
    const office = ticketOffice();
    const sealed = await kmsBox(office).seal(value, aad);
    await expect(kmsBox({ ...office, unwrap: () => Promise.resolve(Buffer.alloc(16)) }).open(sealed, aad)).rejects.toMatchObject({
      code: 'CRYPTO_FAILED',
    });
  });
});

it('scheme none changes nothing: the record says so', async () => {
  expect(await clearBox.seal(value, aad)).toEqual(value);
  expect(await clearBox.open(value, aad)).toEqual(value);
});
