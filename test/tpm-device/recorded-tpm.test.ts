import { createPrivateKey, createPublicKey } from 'node:crypto';
import { decodeImportBlob, decodePublic, decodeSignature, publicKeyOf, verifySignature, type ImportBlob } from '../../src/tpm/index.js';
import {
  activateCredential,
  commands,
  ekPublicArea,
  importSigningKey,
  openAk,
  signWith,
  unsealImportBlob,
  withEk,
  withEkAuthorization,
} from '../../src/tpm-device/index.js';
import { deviceOfThisFile } from './support/device.js';
import { b64, recordedState, vectors } from './support/vectors.js';

// A TPM with the state of a Google VM (EK persistent, templates and certificates in NV), and what other tools made for it.

interface Key {
  readonly tpmt_public_b64: string;
  readonly name_hex: string;
  readonly tpm2b_private_contents_b64: string;
}
const { keys } = vectors<{ keys: Record<string, Key> }>('keys.json');
const publicOf = (name: string): Buffer => b64(keys[name]!.tpmt_public_b64);

const device = deviceOfThisFile({ stateArchive: recordedState });

test('the EK is the recorded one: RSA at its persistent handle, ECC created from the template', async () => {
  expect(await ekPublicArea(device.tpm, 'rsa')).toEqual(publicOf('ek_rsa'));
  expect(await ekPublicArea(device.tpm, 'ecc')).toEqual(publicOf('ek_ecc'));
  expect(await withEk(device.tpm, 'rsa', (ek) => Promise.resolve(ek.handle))).toBe(0x81010001);
  expect(await withEk(device.tpm, 'ecc', (ek) => Promise.resolve(ek.handle))).toBe(0x80000000);
});

test.each(['rsa', 'ecc'] as const)('the %s AK is made from the template in NV: the recorded key, each time', async (kind) => {
  for (let i = 0; i < 2; i++) {
    const ak = await openAk(device.tpm, kind);
    expect(ak).toMatchObject({ origin: 'gce-template', publicArea: publicOf(`gce_ak_${kind}`) });
    expect(ak.name.toString('hex')).toBe(keys[`gce_ak_${kind}`]!.name_hex);
    await ak.close();
    await ak.close();
  }
});

const { indices } = vectors<{ indices: { index: string; data_b64: string }[] }>('nv.json');
test.each(indices.filter(({ index }) => index.startsWith('0x01c')))(
  'NV index $index has its recorded contents',
  async ({ index, data_b64: data }) => {
    expect(await commands.nvRead(device.tpm, Number(index))).toEqual(b64(data));
  },
);

async function withRecordedKey<T>(name: string, use: (handle: number) => Promise<T>): Promise<T> {
  const { handle } = await withEkAuthorization(device.tpm, 'rsa', async (ek, authorize) =>
    commands.load(device.tpm, ek.handle, await authorize(), b64(keys[name]!.tpm2b_private_contents_b64), publicOf(name)),
  );
  try {
    return await use(handle);
  } finally {
    await commands.flushContext(device.tpm, handle);
  }
}

interface CredentialCase {
  readonly name: string;
  readonly ak: string;
  readonly secret_b64: string;
  readonly credential_blob_b64: string;
  readonly encrypted_secret_b64: string;
}
const { cases } = vectors<{ cases: CredentialCase[] }>('makecredential.json');

test.each(cases)('credential $name is activated', async (credential) => {
  const secret = await withRecordedKey(credential.ak, (handle) =>
    activateCredential(device.tpm, { handle }, b64(credential.credential_blob_b64), b64(credential.encrypted_secret_b64)),
  );
  expect(secret).toEqual(b64(credential.secret_b64));
});

test.each([
  ['for another AK', 'ak_ecc', 0, 0, 0x1df],
  ['with a changed blob', 'ak_rsa', 1, 0, 0x1df],
  ['with a changed encrypted secret', 'ak_rsa', 0, 1, 0x101],
])('a credential %s fails, and nothing stays loaded', async (_name, ak, flipBlob, flipSecret, rc) => {
  const found = cases.find(({ name }) => name === 'tool_rsa_32_tpm')!;
  const flipLast = (bytes: Buffer, flip: number): Buffer => Buffer.concat([bytes.subarray(0, -1), Buffer.from([bytes.at(-1)! ^ flip])]);
  const activated = withRecordedKey(ak, (handle) =>
    activateCredential(
      device.tpm,
      { handle },
      flipLast(b64(found.credential_blob_b64), flipBlob),
      flipLast(b64(found.encrypted_secret_b64), flipSecret),
    ),
  );
  await expect(activated).rejects.toMatchObject({ code: 'TPM_COMMAND_FAILED', context: { rc, command: 'ActivateCredential' } });
});

test('a seed of impossible length is refused before the TPM is asked', async () => {
  await expect(activateCredential(device.tpm, { handle: 0x80000000 }, Buffer.alloc(68), Buffer.alloc(128))).rejects.toMatchObject({
    code: 'BYTES_MALFORMED',
  });
});

interface BlobCase {
  readonly name: string;
  readonly kind: 'sealed' | 'signing_key';
  readonly import_blob_b64: string;
  readonly data_b64?: string;
  readonly works_when: string;
}
const { import_blobs: blobs } = vectors<{ import_blobs: BlobCase[] }>('import.json');
const blobOf = (name: string): ImportBlob => decodeImportBlob(b64(blobs.find((blob) => blob.name === name)!.import_blob_b64));
const onFreshPcrs = blobs.filter(({ name }) => name !== 'sealed_pcr047');

test.each(onFreshPcrs.filter(({ name }) => name.startsWith('sealed')))('import blob $name is unsealed', async (blob) => {
  expect(await unsealImportBlob(device.tpm, blobOf(blob.name))).toEqual(b64(blob.data_b64!));
});

test.each(onFreshPcrs.filter(({ name }) => name.startsWith('signing')))('the signing key of import blob $name signs', async ({ name }) => {
  const key = await importSigningKey(device.tpm, blobOf(name));
  const signature = decodeSignature(await signWith(device.tpm, key, Buffer.from('foobar')));
  expect(verifySignature(decodePublic(key.publicArea), signature, Buffer.from('foobar'))).toBe(true);
  expect(verifySignature(decodePublic(key.publicArea), signature, Buffer.from('foobaz'))).toBe(false);
});

test('a signing key is not unsealed, and sealed data is no signing key', async () => {
  await expect(unsealImportBlob(device.tpm, blobOf('signing_nopcr'))).rejects.toMatchObject({
    code: 'CRYPTO_FAILED',
    message: 'this import blob holds no sealed data',
  });
  await expect(importSigningKey(device.tpm, blobOf('sealed_nopcr'))).rejects.toMatchObject({
    code: 'CRYPTO_FAILED',
    message: 'this import blob holds no signing key',
  });
});

test('a blob sealed to another state says which register differs', async () => {
  const error: unknown = await unsealImportBlob(device.tpm, blobOf('sealed_pcr047')).catch((e: unknown) => e);
  expect(error).toMatchObject({ code: 'CRYPTO_FAILED' });
  expect(String(error)).toContain(`pcr 0 is ${'00'.repeat(32)}, sealed to `);
});

test('a blob whose policy is not the one of its registers is refused before the import', async () => {
  const blob = blobOf('sealed_pcr0_zero');
  const other = { ...blob, pcrs: { hashAlg: 11, values: new Map([[0, Buffer.alloc(32, 1)]]) } };
  await expect(unsealImportBlob(device.tpm, other)).rejects.toMatchObject({
    code: 'CRYPTO_FAILED',
    message: expect.stringContaining('contradicts itself') as string,
  });
  await expect(unsealImportBlob(device.tpm, { ...blob, pcrs: undefined })).rejects.toMatchObject({
    code: 'CRYPTO_FAILED',
    message: expect.stringContaining('names no pcr values') as string,
  });
  const open = { ...blobOf('sealed_nopcr'), pcrs: { hashAlg: 11, values: new Map([[0, Buffer.alloc(32)]]) } };
  await expect(unsealImportBlob(device.tpm, open)).rejects.toMatchObject({
    code: 'CRYPTO_FAILED',
    message: expect.stringContaining('its policy is empty') as string,
  });
});

test('a changed duplicate fails with INTEGRITY and leaves nothing behind', async () => {
  const blob = blobOf('sealed_nopcr');
  const duplicate = Buffer.from(blob.duplicate);
  duplicate[2] = duplicate[2]! ^ 1;
  await expect(unsealImportBlob(device.tpm, { ...blob, duplicate })).rejects.toMatchObject({
    code: 'TPM_COMMAND_FAILED',
    context: { rc: 0x3df, rcName: 'INTEGRITY', command: 'Import' },
  });
});

test('a key that tpm2_duplicate wrapped for the EK is imported; without a scheme of its own it does not sign', async () => {
  const { tool_cases: toolCases } = vectors<{
    tool_cases: {
      name: string;
      public_area_b64: string;
      duplicate_b64: string;
      encrypted_seed_b64: string;
      private_key_pkcs8_pem?: string;
    }[];
  }>('import.json');
  const found = toolCases.find(({ name }) => name === 'tool_duplicate_external_rsa')!;
  const blob: ImportBlob = {
    publicArea: b64(found.public_area_b64),
    duplicate: b64(found.duplicate_b64),
    encryptedSeed: b64(found.encrypted_seed_b64),
    pcrs: undefined,
  };
  const expected = createPublicKey(createPrivateKey(found.private_key_pkcs8_pem!));
  const key = await importSigningKey(device.tpm, blob);
  expect(publicKeyOf(decodePublic(key.publicArea)).equals(expected)).toBe(true);
  await expect(signWith(device.tpm, key, Buffer.from('foobar'))).rejects.toMatchObject({ code: 'CRYPTO_FAILED' });
});
