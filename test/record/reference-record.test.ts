import { kindOfDocument, parseReferenceRecord } from '../../src/record/index.js';
import { fieldsOfBoth, recordDocument } from './support/record.js';

/** What the Go reference writes: field names of its struct tags, enum numbers in secrets, nothing of ours. */
const reference = {
  ...fieldsOfBoth,
  secrets: [{ Name: 'secret1', Type: 0, Data: Buffer.from('foobar'), XXX_sizecache: 0 }],
  provided_at: new Date(),
  pcr_value: '24af52a4f429b71a3184a6d64cddad17e54ea030e2aa6576bf3a5a3d8bd3328f',
};

describe('documents of the reference', () => {
  it('are told from ours by the missing schema_version', () => {
    expect(kindOfDocument(reference)).toBe('reference');
    expect(kindOfDocument(recordDocument())).toBe('ours');
  });

  it('are read with the enum numbers that Go stores', () => {
    expect(parseReferenceRecord(reference)).toMatchObject({
      instanceid: '8939838129032687278',
      pcr: 0,
      secrets: [{ Name: 'secret1', Type: 0 }],
    });
  });

  it.each(['rsa_key', 'aes_key', 'raw_key'])('of the older generation with %s are refused by that name', (field) => {
    const older = { ...reference, [field]: Buffer.from('x') };
    expect(kindOfDocument(older)).toBe('reference-older-generation');
    expect(() => parseReferenceRecord(older)).toThrow(`has the field ${field} of an older generation`);
  });

  it.each([
    [{ ...reference, instanceid: 7 }, 'instanceid'],
    [{ ...reference, init_script_hash: undefined }, 'init_script_hash'],
    [{ ...reference, secrets: [{ Name: 'a', Type: 9, Data: Buffer.alloc(1) }] }, 'secrets.0.Type'],
    [{ ...reference, secrets: [{ name: 'a', type: 'RAW', data: 'eA==' }] }, 'secrets.0.Name'],
  ])('are refused by the name of the wrong field (%#)', (document, field) => {
    expect(() => parseReferenceRecord(document)).toThrow(`reference record: ${field}`);
  });
});
