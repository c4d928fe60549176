import { parseRecord, requiredFields } from '../../src/record/index.js';
import { recordDocument } from './support/record.js';

describe('parseRecord', () => {
  it('reads a whole document', () => {
    expect(parseRecord(recordDocument())).toEqual(recordDocument());
  });

  it.each(requiredFields.map((name) => [name]))('refuses a document without %s, by its name', (name) => {
    const { [name]: gone, ...rest } = recordDocument();
    expect(gone).toBeDefined();
    expect(() => parseRecord(rest)).toThrow(`stored record: ${name}`);
  });

  it.each([
    ['an unknown field', { extra: 1 }, 'unrecognized_keys'],
    ['another schema version', { schema_version: 2 }, 'schema_version'],
    ['an unknown policy', { release_policy: 'trusting' }, 'release_policy'],
    ['an unknown confidential type', { confidential_type: 'SGX' }, 'confidential_type'],
    ['a serial in hexadecimal', { peer_serial_number: '0x27' }, 'peer_serial_number'],
    ['any beside a fingerprint', { peer_certificate_sha256: ['any', 'f'.repeat(64)] }, 'peer_certificate_sha256'],
    ['zero releases', { max_releases: 0 }, 'max_releases'],
    ['an attested policy without PCRs', { pcr_policy: undefined }, 'custom'],
    ['same_boot without a counter', { boot_policy: 'same_boot' }, 'custom'],
    ['a hash that is no SHA-256', { init_script_hash: 'v7Sf' }, 'init_script_hash'],
  ])('refuses %s', (_name, overrides, message) => {
    expect(() => parseRecord(recordDocument(overrides))).toThrow(message);
  });

  it('never quotes a value in its error', () => {
    expect(() => parseRecord(recordDocument({ secrets: [{ Name: 'a', Type: 'RAW', Data: 'canary' }] }))).toThrow(/^(?!.*canary)/);
  });
});
