import { createHash } from 'node:crypto';
import fc from 'fast-check';
import {
  associatedDataOf,
  canonicalDigest,
  canonicalJson,
  extendRecord,
  policyDigest,
  secretAssociatedData,
} from '../../src/record/index.js';
import { record, recordDocument } from './support/record.js';

describe('canonicalJson', () => {
  it('writes sorted keys, ISO dates and base64 bytes, without white space and without undefined members', () => {
    const value = { b: 1, a: [new Date('2021-06-22T12:05:15.128Z'), Buffer.from([1, 2, 255])], gone: undefined, é: null, B: true };
    expect(canonicalJson(value)).toBe('{"B":true,"a":["2021-06-22T12:05:15.128Z","AQL/"],"b":1,"é":null}');
  });

  it('writes a map as the object of the same members', () => {
    expect(canonicalJson(new Map([['b', 1], ['a', 2]]))).toBe('{"a":2,"b":1}'); // prettier-ignore
  });

  it('gives one text for one value whatever the order of its members', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const backwards = Object.fromEntries(Object.entries(value).toReversed());
        expect(canonicalJson(backwards)).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it.each([[1n], [Number.NaN], [Number.POSITIVE_INFINITY], [() => 0], [new Date(Number.NaN)], [new Set([1])], [undefined], [[undefined]]])(
    'refuses what has no canonical form: %p',
    (value) => expect(() => canonicalJson(value)).toThrow('no canonical form'),
  );

  it('digests the UTF-8 text with SHA-256', () => {
    expect(canonicalDigest({ é: 1 })).toBe(createHash('sha256').update('{"é":1}').digest('base64'));
  });
});

describe('policyDigest', () => {
  it.each(Object.keys(recordDocument()).filter((name) => name !== 'secrets' && name !== 'schema_version'))('changes with %s', (name) => {
    const changed = { ...record(), [name]: 'something else' };
    expect(policyDigest(changed)).not.toBe(policyDigest(record()));
  });

  it('changes with any word of the payload command, and with where one word ends', () => {
    const digests = [undefined, ['a'], ['a', 'b'], ['a b'], ['a', 'b', '']].map((payload_command) =>
      policyDigest({ ...record(), payload_command }),
    );
    expect(new Set(digests).size).toBe(digests.length);
    expect(digests[0]).toBe(policyDigest(record()));
  });

  it('does not depend on the data of a secret, but on its name, its type and its presence', () => {
    const base = policyDigest(record());
    const withSecret = (secret: object): string => policyDigest(record({ secrets: [secret] }));
    expect(withSecret({ Name: 'secret1', Type: 'RAW', Data: Buffer.from('other') })).toBe(base);
    expect(withSecret({ Name: 'secret2', Type: 'RAW', Data: Buffer.from('foobar') })).not.toBe(base);
    expect(withSecret({ Name: 'secret1', Type: 'TPM', Data: Buffer.from('foobar') })).not.toBe(base);
    expect(policyDigest(record({ secrets: [] }))).not.toBe(base);
  });

  it('stays what it was under an extension, so that the secrets of an extended approval open', () => {
    const once = extendRecord(record(), new Date('2031-01-01T00:00:00Z'));
    const twice = extendRecord(once, new Date('2032-01-01T00:00:00Z'));
    expect(twice.not_after).toEqual(new Date('2032-01-01T00:00:00Z'));
    for (const extended of [once, twice]) expect(policyDigest(extended)).toBe(policyDigest(record()));
  });

  it('ties a secret to the policy, the place and the name', () => {
    const base = secretAssociatedData(record(), 'foo/1', 'a');
    expect(base).toHaveLength(32);
    expect(secretAssociatedData(record(), 'foo/1', 'a')).toEqual(base);
    expect(secretAssociatedData(record(), 'bar/1', 'a')).not.toEqual(base);
    expect(secretAssociatedData(record(), 'foo/1', 'b')).not.toEqual(base);
    expect(secretAssociatedData(record({ release_policy: 'identity' }), 'foo/1', 'a')).not.toEqual(base);
  });

  it('ties each of many secrets as it ties one: SHA-256 over the digest of the policy, the place and the name', () => {
    const tie = associatedDataOf(record(), 'foo/1');
    for (const name of ['a', 'b', '', 'é"\\']) {
      // JSON of these three members in the order of their names, written by hand.
      const text = `{"documentPath":"foo/1","policyDigest":"${policyDigest(record())}","secretName":${JSON.stringify(name)}}`;
      expect(tie(name)).toEqual(createHash('sha256').update(text).digest());
      expect(tie(name)).toEqual(secretAssociatedData(record(), 'foo/1', name));
    }
  });
});
