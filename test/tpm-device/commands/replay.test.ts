import { decodeImportBlob, decodePcrSelections, Handle, type Credential } from '../../../src/tpm/index.js';
import { commands, passwordAuth, policyAuth, Tpm } from '../../../src/tpm-device/index.js';
import { b64, packets, replay, response, scripted, vectors } from '../support/vectors.js';

// Each command must have exactly the bytes that an independent client sent to a TPM (else the replay refuses it), and the
// recorded answer must be read to the values that other tools printed for it.

interface Key {
  readonly tpmt_public_b64: string;
  readonly name_hex: string;
  readonly qualified_name_hex: string;
  readonly creation_hash_hex?: string;
  readonly creation_data_b64?: string;
  readonly tpm2b_private_contents_b64?: string;
}
const { keys, templates } = vectors<{ keys: Record<string, Key>; templates: Record<string, { tpmt_public_b64: string }> }>('keys.json');
const key = (name: string): Key => keys[name]!;
const template = (name: string): Buffer => b64(templates[name]!.tpmt_public_b64);
const fromHex = (text: string): Buffer => Buffer.from(text, 'hex');
const nonce = fromHex('a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3');
const session = 0x03000000;
const ekHandle = 0x81010001;

const tpm = (): Tpm => Tpm.over(replay());

test('CreatePrimary of the EK', async () => {
  const ek = key('ek_rsa');
  const created = await commands.createPrimary(tpm(), Handle.ENDORSEMENT, template('EK_RSA'));
  expect(created).toMatchObject({ handle: 0x80000000, publicArea: b64(ek.tpmt_public_b64), name: fromHex(ek.name_hex) });
  expect(created.creationHash).toEqual(fromHex(ek.creation_hash_hex ?? ''));
  expect(created.creationData).toEqual(b64(ek.creation_data_b64 ?? ''));
  expect(created.creationTicket).toMatchObject({ tag: 0x8021, hierarchy: Handle.ENDORSEMENT });
});

test('Create of an AK under the EK with PCR 0 in its creation data, then Load', async () => {
  const ak = key('ak_rsa_pcr0creation');
  const options = { creationPcrs: [{ bank: 'sha256', indices: [0] }] } as const;
  const created = await commands.create(tpm(), ekHandle, policyAuth(session), template('AK_RSA'), options);
  expect(created).toMatchObject({ publicArea: b64(ak.tpmt_public_b64), creationHash: fromHex(ak.creation_hash_hex ?? '') });
  const loaded = await commands.load(tpm(), ekHandle, policyAuth(session), created.privateArea, created.publicArea);
  expect(loaded).toEqual({ handle: 0x80000001, name: fromHex(ak.name_hex) });
});

test('ReadPublic of the EK', async () => {
  const ek = key('ek_rsa');
  const packet = packets.find(({ command, by, rc }) => command === 'ReadPublic' && by.startsWith('raw') && rc === '0x000');
  const read = await commands.readPublic(Tpm.over(scripted(() => b64(packet?.rsp_b64 ?? ''))), 0x80000000);
  expect(read).toEqual({ publicArea: b64(ek.tpmt_public_b64), name: fromHex(ek.name_hex), qualifiedName: fromHex(ek.qualified_name_hex) });
});

test('LoadExternal of the public part of the ECC EK', async () => {
  const ek = key('ek_ecc');
  expect((await commands.loadExternal(tpm(), b64(ek.tpmt_public_b64))).name).toEqual(fromHex(ek.name_hex));
});

test('EvictControl, PCR_Reset, Shutdown, FlushContext, NV_UndefineSpace', async () => {
  await commands.evictControl(tpm(), 0x80000000, 0x81010002);
  await commands.pcrReset(tpm(), 16);
  await commands.shutdown(tpm());
  await commands.flushContext(tpm(), 0x80000000);
  await commands.nvUndefineSpace(tpm(), Handle.OWNER, 0x01800001);
});

test('NV_DefineSpace and NV_ReadPublic', async () => {
  await commands.nvDefineSpace(tpm(), Handle.OWNER, {
    index: 0x01800001,
    nameAlg: 'sha256',
    attributes: 0x02060002,
    authPolicy: Buffer.alloc(0),
    size: 2000,
  });
  const read = await commands.nvReadPublic(tpm(), 0x01c00002);
  expect(read).toEqual({ index: 0x01c00002, nameAlg: 'sha256', attributes: 0x62072001, authPolicy: Buffer.alloc(0), size: 1013 });
});

test('PolicySecret, PolicyPCR, PolicyGetDigest', async () => {
  await commands.policySecret(tpm(), session);
  await commands.policyPcr(tpm(), session, [{ bank: 'sha256', indices: [0, 4, 7] }]);
  expect((await commands.policyGetDigest(tpm(), session)).toString('hex')).toBe(
    '837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa',
  );
});

test('ActivateCredential returns the secret', async () => {
  const { cases } = vectors<{ cases: { name: string; secret_b64: string; credential_blob_b64: string; encrypted_secret_b64: string }[] }>(
    'makecredential.json',
  );
  const found = cases.find(({ name }) => name === 'tool_rsa_32_tpm')!;
  const credential: Credential = { credentialBlob: b64(found.credential_blob_b64), encryptedSecret: b64(found.encrypted_secret_b64) };
  const ak = { handle: 0x80000001, auth: passwordAuth() };
  expect(await commands.activateCredential(tpm(), ak, { handle: ekHandle, auth: policyAuth(session) }, credential)).toEqual(
    b64(found.secret_b64),
  );
});

test('MakeCredential for the ECC EK', async () => {
  const made = await commands.makeCredential(
    tpm(),
    0x80000000,
    Buffer.from(Array.from({ length: 32 }, (_, i) => i + 1)),
    fromHex(key('ak_rsa').name_hex),
  );
  const { cases } = vectors<{ cases: { name: string; credential_blob_b64: string; encrypted_secret_b64: string }[] }>(
    'makecredential.json',
  );
  const recorded = cases.find(({ name }) => name === 'tpm_ecc_32')!;
  expect(made).toEqual({ credentialBlob: b64(recorded.credential_blob_b64), encryptedSecret: b64(recorded.encrypted_secret_b64) });
});

test('Quote and Certify return the attestation and the whole TPMT_SIGNATURE', async () => {
  type Case = { name: string; selection_hex: string; attest_b64: string; signature_tpmt_b64: string };
  const quoted = vectors<{ cases: Case[] }>('quotes.json').cases.find(({ name }) => name === 'gce_ak_rsa_pcr0_9')!;
  const selections = decodePcrSelections(fromHex(quoted.selection_hex));
  expect(await commands.quote(tpm(), 0x80000000, nonce, selections)).toEqual({
    attestation: b64(quoted.attest_b64),
    signature: b64(quoted.signature_tpmt_b64),
  });
  const certified = vectors<{ cases: Case[] }>('certify.json').cases.find(({ name }) => name === 'raw_nonce')!;
  expect(await commands.certify(tpm(), 0x80000001, 0x80000002, nonce)).toEqual({
    attestation: b64(certified.attest_b64),
    signature: b64(certified.signature_tpmt_b64),
  });
});

test('Sign by a restricted key with the ticket of TPM2_Hash', async () => {
  const { sign } = vectors<{ sign: { name: string; digest_hex: string; ticket_b64: string; signature_tpmt_b64: string }[] }>('quotes.json');
  const signed = sign.find(({ name }) => name === 'restricted_ak_signs_foobar')!;
  const ticketBytes = b64(signed.ticket_b64);
  const ticket = { tag: ticketBytes.readUInt16BE(0), hierarchy: ticketBytes.readUInt32BE(2), digest: ticketBytes.subarray(8) };
  expect(await commands.sign(tpm(), 0x80000001, passwordAuth(), fromHex(signed.digest_hex), ticket)).toEqual(
    b64(signed.signature_tpmt_b64),
  );
});

test('Import of sealed data, and Unseal', async () => {
  const { import_blobs: blobs } = vectors<{ import_blobs: { name: string; import_blob_b64: string }[] }>('import.json');
  const blob = decodeImportBlob(b64(blobs.find(({ name }) => name === 'sealed_nopcr')!.import_blob_b64));
  expect(await commands.importObject(tpm(), ekHandle, policyAuth(session), blob)).toHaveLength(141);
  expect((await commands.unseal(tpm(), 0x80000001, passwordAuth())).toString()).toBe('sealed-secret-0123456789');
});

test('PCR_Read of all registers answers with the first eight; PCR_Extend names all four banks', async () => {
  const read = await commands.pcrRead(tpm(), [{ bank: 'sha256', indices: Array.from({ length: 24 }, (_, i) => i) }]);
  expect(read.selections).toEqual([{ bank: 'sha256', indices: [0, 1, 2, 3, 4, 5, 6, 7] }]);
  expect(read.values).toHaveLength(8);
  const extend = b64(packets.find(({ command, by }) => command === 'PCR_Extend' && by.startsWith('raw'))?.cmd_b64 ?? '');
  const digests = extend.subarray(31);
  const part = (from: number, size: number): Buffer => digests.subarray(from, from + size);
  await commands.pcrExtend(
    tpm(),
    0,
    new Map([
      ['sha1', part(2, 20)],
      ['sha256', part(24, 32)],
      ['sha384', part(58, 48)],
      ['sha512', part(108, 64)],
    ]),
  );
});

test('GetRandom', async () => {
  expect((await commands.getRandom(tpm(), 8)).toString('hex')).toBe('ef192db9ead666f6');
});

describe('answers that an honest TPM does not give', () => {
  const list = (moreData: number, ...handles: number[]): Buffer => {
    const body = Buffer.alloc(9 + 4 * handles.length);
    body.writeUInt8(moreData, 0);
    body.writeUInt32BE(1, 1);
    body.writeUInt32BE(handles.length, 5);
    for (const [i, handle] of handles.entries()) body.writeUInt32BE(handle, 9 + 4 * i);
    return response(0, body);
  };

  test('handles that come in pieces are asked for from the last one on', async () => {
    const answers = [list(1, 0x81000001, 0x81000002), list(1, 0x81010001), list(0, 0x81010002)];
    const transport = scripted(() => answers.shift() ?? list(0));
    expect(await commands.getHandles(Tpm.over(transport), 'persistent')).toEqual([0x81000001, 0x81000002, 0x81010001, 0x81010002]);
    expect(transport.sent.map((command) => command.readUInt32BE(14))).toEqual([0x81000000, 0x81000003, 0x81010002]);
  });

  test('handles of another kind are left out', async () => {
    expect(await commands.getHandles(Tpm.over(scripted(() => list(0, 0x80000000, 0x81000001))), 'transient')).toEqual([0x80000000]);
  });

  test('a list that says "more" without an item ends', async () => {
    expect(await commands.getHandles(Tpm.over(scripted(() => list(1))), 'transient')).toEqual([]);
  });

  test.each([
    ['a count over the limit', fromHex('00' + '00000001' + '00000401'), /count: 1025 is over/],
    ['another capability', fromHex('00' + '00000006' + '00000000'), /capability: is 6, 1 was asked/],
    ['fewer items than counted', fromHex('00' + '00000001' + '00000002' + '80000000'), /handle: needs 4 bytes/],
    ['bytes left over', fromHex('00' + '00000001' + '00000000' + '00'), /left over/],
  ])('%s is malformed', async (_name, body, message) => {
    const answer = commands.getHandles(Tpm.over(scripted(() => response(0, body))), 'transient');
    await expect(answer).rejects.toMatchObject({ code: 'BYTES_MALFORMED', message: expect.stringMatching(message) as string });
  });

  test.each([
    ['nine digests', '00000001' + '00000001' + '000b03ff0100' + '00000009', /count: 9 is over/],
    ['fewer digests than selected', '00000001' + '00000001' + '000b03030000' + '00000001' + '0020' + '00'.repeat(32), /do not fit/],
    ['a digest of the wrong size', '00000001' + '00000001' + '000b03010000' + '00000001' + '0014' + '00'.repeat(20), /do not fit/],
  ])('PCR_Read with %s is malformed', async (_name, body, message) => {
    const answer = commands.pcrRead(Tpm.over(scripted(() => response(0, fromHex(body)))), [{ bank: 'sha256', indices: [0] }]);
    await expect(answer).rejects.toMatchObject({ code: 'BYTES_MALFORMED', message: expect.stringMatching(message) as string });
  });

  test('random bytes that are none, or more than asked, are malformed', async () => {
    await expect(commands.getRandom(Tpm.over(scripted(() => response(0, fromHex('0000')))), 8)).rejects.toMatchObject({
      code: 'BYTES_MALFORMED',
    });
    await expect(commands.getRandom(Tpm.over(scripted(() => response(0, fromHex('000200ff')))), 1)).rejects.toMatchObject({
      code: 'BYTES_MALFORMED',
    });
  });

  const nvPublicOf = (size: number): Buffer =>
    response(0, fromHex(`000e01c00002000b620720010000${size.toString(16).padStart(4, '0')}0000`));
  const bufferMax = (value: number): Buffer =>
    response(0, fromHex(`000000000600000001${'0000012c'}${value.toString(16).padStart(8, '0')}`));

  test('an NV buffer of no size is malformed, not an endless read', async () => {
    const answers = [nvPublicOf(10), bufferMax(0)];
    const read = commands.nvRead(Tpm.over(scripted(() => answers.shift()!)), 0x01c00002);
    await expect(read).rejects.toMatchObject({ code: 'BYTES_MALFORMED', message: 'GetCapability/nvBufferMax: is 0' });
  });

  test('a piece of an NV index that is shorter than asked is malformed', async () => {
    const piece = fromHex('80020000001700000000' + '00000004' + '0002aabb' + '0000010000');
    const answers = [nvPublicOf(10), bufferMax(1024), piece];
    const read = commands.nvRead(Tpm.over(scripted(() => answers.shift()!)), 0x01c00002);
    await expect(read).rejects.toMatchObject({ code: 'BYTES_MALFORMED', message: 'NV_Read/data: 2 bytes came, 10 were asked' });
  });

  test('more than an index can hold is not written', async () => {
    await expect(commands.nvWrite(tpm(), Handle.OWNER, 0x01800001, Buffer.alloc(65_536))).rejects.toMatchObject({
      code: 'BYTES_MALFORMED',
    });
  });
});

test('the bytes in which an unsealed secret came are wiped', async () => {
  const packet = fromHex('80020000001700000000' + '00000004' + '00026162' + '0000010000');
  expect((await commands.unseal(Tpm.over(scripted(() => packet)), 0x80000000, passwordAuth())).toString()).toBe('ab');
  expect(packet).toEqual(Buffer.alloc(packet.length));
});
