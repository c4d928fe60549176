import { createPublicKey } from 'node:crypto';
import { decodePublic, encodePublic, handleName, nameOf, qualifiedNameOf, spkiDerOf } from '../../src/tpm/index.js';
import { b64, unhex, vectors, type KeysFile } from './support/vectors.js';

const { keys, templates } = vectors<KeysFile>('keys');

describe('TPMT_PUBLIC of keys made by a TPM', () => {
  for (const [id, key] of Object.entries(keys)) {
    const bytes = b64(key.tpmt_public_b64);
    const area = decodePublic(bytes);

    it(`${id}: encodes back to the same bytes`, () => expect(encodePublic(area)).toEqual(bytes));

    it(`${id}: has the name that the TPM reports`, () => expect(nameOf(area)).toEqual(unhex(key.name_hex)));

    it(`${id}: has the qualified name that the TPM reports`, () => {
      const parent = key.parent.startsWith('ek_rsa') ? unhex(keys['ek_rsa']!.qualified_name_hex) : handleName(Number(key.parent));
      expect(qualifiedNameOf(parent, nameOf(area))).toEqual(unhex(key.qualified_name_hex));
    });

    it(`${id}: is the key of the PEM that the tools print`, () =>
      expect(spkiDerOf(area)).toEqual(createPublicKey(key.pem).export({ type: 'spki', format: 'der' })));

    it(`${id}: has the attributes that the tools print`, () => expect(area.attributes).toBe(parseInt(key.attributes_hex, 16)));
  }
});

describe('TPMT_PUBLIC templates', () => {
  for (const [id, template] of Object.entries(templates)) {
    const bytes = b64(template.tpmt_public_b64);
    it(`${id}: has the published size and encodes back to the same bytes`, () => {
      expect(bytes).toHaveLength(template.size);
      expect(encodePublic(decodePublic(bytes))).toEqual(bytes);
    });
  }
});
