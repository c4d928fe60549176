import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeyWrapper } from '../../../src/gcp/index.js';
import { createKeyset, kmsBox, tinkBox } from '../../../src/keyset/index.js';
import { secretAssociatedData, type ProvisioningRecord } from '../../../src/record/index.js';
import { openSecrets, readKeysetFile } from '../../../src/server/service/secrets.js';
import { record } from '../../appraisal/evidence-fixture.js';

const value = Buffer.from('fooobar');

/** Wraps by remembering: what was wrapped with which associated data. */
const wrapped = new Map<string, { key: string; data: string; plaintext: Buffer }>();
const kms: KeyWrapper = {
  wrap: (key, plaintext, data) => {
    const id = `wrapped ${wrapped.size}`;
    wrapped.set(id, { key, data: Buffer.from(data).toString('hex'), plaintext: Buffer.from(plaintext) });
    return Promise.resolve(Buffer.from(id));
  },
  unwrap: (key, ciphertext, data) => {
    const entry = wrapped.get(Buffer.from(ciphertext).toString());
    if (entry?.key !== key || entry.data !== Buffer.from(data).toString('hex')) return Promise.reject(new Error('wrong key or context'));
    return Promise.resolve(Buffer.from(entry.plaintext));
  },
};

const encrypted = (scheme: string, key = ''): Readonly<Record<string, unknown>> => ({
  secrets: [{ Name: 's1', Type: 'RAW', Data: Buffer.alloc(0) }],
  secrets_encryption: { scheme, key },
});
const withData = (approval: ProvisioningRecord, data: Buffer): ProvisioningRecord => ({
  ...approval,
  secrets: approval.secrets.map((secret) => ({ ...secret, Data: new Uint8Array(data) })),
});
const aadOf = (approval: ProvisioningRecord): Buffer => secretAssociatedData(approval, `foo/${approval.instanceid}`, 's1');
const exposed = async (opener: ReturnType<typeof openSecrets>, approval: ProvisioningRecord): Promise<unknown> =>
  (await opener.open(approval)).map(({ name, type, data }) => [name, type, data.expose().toString()]);

test('scheme none: as stored', async () => {
  const opener = openSecrets({ collection: 'foo', kms, tink: undefined });
  expect(await exposed(opener, withData(record(encrypted('none')), value))).toEqual([['s1', 'RAW', 'fooobar']]);
});

describe('scheme tink', () => {
  test('opens under the keyset that sealed it, and under no other policy, collection or keyset', async () => {
    const tink = await tinkBox(await createKeyset());
    const approval = record(encrypted('tink'));
    const sealed = withData(approval, await tink.seal(value, aadOf(approval)));
    expect(await exposed(openSecrets({ collection: 'foo', kms, tink }), sealed)).toEqual([['s1', 'RAW', 'fooobar']]);
    const refusals = [
      [openSecrets({ collection: 'foo', kms, tink }), { ...sealed, peer_address: 'any' }],
      [openSecrets({ collection: 'bar', kms, tink }), sealed],
      [openSecrets({ collection: 'foo', kms, tink: await tinkBox(await createKeyset()) }), sealed],
    ] as const;
    for (const [opener, changed] of refusals) await expect(opener.open(changed)).rejects.toMatchObject({ code: 'CRYPTO_FAILED' });
  });

  test('without a keyset it is our misconfiguration', async () => {
    const opener = openSecrets({ collection: 'foo', kms, tink: undefined });
    await expect(opener.open(withData(record(encrypted('tink')), value))).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

test('scheme kms: the key that the record names unwraps, with the same associated data', async () => {
  const key = 'projects/p/locations/global/keyRings/r/cryptoKeys/k';
  const box = kmsBox({ wrap: (data, aad) => kms.wrap(key, data, aad), unwrap: (data, aad) => kms.unwrap(key, data, aad) });
  const approval = record(encrypted('kms', key));
  const sealed = withData(approval, await box.seal(value, aadOf(approval)));
  const opener = openSecrets({ collection: 'foo', kms, tink: undefined });
  expect(await exposed(opener, sealed)).toEqual([['s1', 'RAW', 'fooobar']]);
  await expect(opener.open({ ...sealed, pcr_value: 'changed' })).rejects.toThrow();
  await expect(opener.open({ ...sealed, secrets_encryption: { scheme: 'kms', key: 'other' } })).rejects.toThrow();
});

describe('the keyset file', () => {
  let directory: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'keyset-'));
  });

  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  test('is read', async () => {
    const file = join(directory, 'good');
    writeFileSync(file, await createKeyset());
    const box = await readKeysetFile(file);
    const sealed = await box.seal(value, Buffer.from('x'));
    expect(await box.open(sealed, Buffer.from('x'))).toEqual(value);
  });

  test('one that is not there, or no keyset, is one line with the flag', async () => {
    const file = join(directory, 'bad');
    writeFileSync(file, '{"primaryKeyId": 1}');
    for (const path of ['/nowhere', file]) {
      const error: unknown = await readKeysetFile(path).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringMatching(/^--secretsKeyset: [^\n]*$/) });
    }
  });
});
