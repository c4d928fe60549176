import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { runChecks } from '../../src/base/index.js';
import {
  akChecks,
  decodeAttest,
  decodePublic,
  decodeSignature,
  ekEccTemplate,
  encodePublic,
  Handle,
  makeCredential,
  nameOf,
  quoteChecks,
  sealToEk,
  signingKeyToEk,
  verifySignature,
} from '../../src/tpm/index.js';
import {
  activateCredential,
  certifyKey,
  commands,
  createSigningKey,
  ekPublicArea,
  failedWith,
  importSigningKey,
  openAk,
  quote,
  Rc,
  readPcrs,
  signWith,
  signWithAk,
  Tpm,
  unsealImportBlob,
  withEk,
} from '../../src/tpm-device/index.js';
import { deviceOfThisFile } from './support/device.js';

// A TPM as it comes from the factory: no persistent EK, no templates in NV.

const device = deviceOfThisFile();

const zeros = Buffer.alloc(32);

test.each(['rsa', 'ecc'] as const)('a software credential for the created %s EK is activated by its AK only', async (kind) => {
  const ekPublic = decodePublic(await ekPublicArea(device.tpm, kind));
  const ak = await openAk(device.tpm);
  try {
    expect(ak.origin).toBe('under-ek');
    expect(ak.name).toEqual(nameOf(decodePublic(ak.publicArea)));
    const secret = randomBytes(32);
    const { credentialBlob, encryptedSecret } = makeCredential({ ekPublic, akName: ak.name, credential: secret });
    expect(await activateCredential(device.tpm, ak, credentialBlob, encryptedSecret)).toEqual(secret);
    const other = makeCredential({ ekPublic, akName: Buffer.concat([Buffer.from('000b', 'hex'), randomBytes(32)]), credential: secret });
    const error: unknown = await activateCredential(device.tpm, ak, other.credentialBlob, other.encryptedSecret).catch((e: unknown) => e);
    expect(failedWith(error, Rc.integrity)).toBe(true);
  } finally {
    await ak.close();
  }
});

test('a quote carries the nonce, the selection and the digest of the registers, signed by the AK', async () => {
  const ak = await openAk(device.tpm);
  const nonce = randomBytes(32);
  const quoted = await quote(device.tpm, ak, nonce, [{ bank: 'sha256', indices: [0, 7] }]);
  await ak.close();
  const attest = decodeAttest(quoted.attestation);
  expect(attest).toMatchObject({ type: 'quote', extraData: nonce });
  expect(quoted.attestation.subarray(-34).toString('hex')).toBe(`0020${createHash('sha256').update(Buffer.alloc(64)).digest('hex')}`);
  expect(verifySignature(decodePublic(ak.publicArea), decodeSignature(quoted.signature), quoted.attestation)).toBe(true);
});

test('a signing key is certified by the AK, signs, takes no slot, and still loads after a power cycle', async () => {
  const ak = await openAk(device.tpm);
  const key = await createSigningKey(device.tpm);
  const binding = randomBytes(32);
  const certified = await certifyKey(device.tpm, ak, key, binding);
  await ak.close();
  expect(decodeAttest(certified.attestation)).toMatchObject({ type: 'certify', extraData: binding, name: key.name });
  expect(verifySignature(decodePublic(ak.publicArea), decodeSignature(certified.signature), certified.attestation)).toBe(true);
  await device.tpm.close();
  await device.swtpm.restart();
  device.tpm = await Tpm.open(device.swtpm.location);
  const data = randomBytes(5000);
  const signature = decodeSignature(await signWith(device.tpm, key, data));
  expect(verifySignature(decodePublic(key.publicArea), signature, data)).toBe(true);
  expect(verifySignature(decodePublic(key.publicArea), signature, data.subarray(1))).toBe(false);
});

test('an AK signs data from outside, but nothing that looks like an attestation and nothing too long', async () => {
  const ak = await openAk(device.tpm);
  try {
    const data = randomBytes(1024);
    data[0] = 0;
    expect(verifySignature(decodePublic(ak.publicArea), decodeSignature(await signWithAk(device.tpm, ak, data)), data)).toBe(true);
    await expect(signWithAk(device.tpm, ak, Buffer.from('ff5443478018', 'hex'))).rejects.toMatchObject({ code: 'CRYPTO_FAILED' });
    await expect(signWithAk(device.tpm, ak, Buffer.alloc(1025))).rejects.toMatchObject({ code: 'CRYPTO_FAILED' });
    const forged = await commands.hash(device.tpm, Buffer.from('ff5443478018', 'hex'), 'sha256');
    await expect(
      commands.sign(device.tpm, ak.handle, { session: Handle.PASSWORD, value: Buffer.alloc(0) }, forged.digest, forged.ticket),
    ).rejects.toMatchObject({
      context: { rc: 0x3e0, rcName: 'TICKET' },
    });
  } finally {
    await ak.close();
  }
});

test('an ECC attestation key, a child of the RSA EK, quotes with ECDSA', async () => {
  const ekPublic = decodePublic(await ekPublicArea(device.tpm, 'rsa'));
  const ak = await openAk(device.tpm, 'ecc');
  const { attestation, signature } = await quote(device.tpm, ak, Buffer.alloc(16, 1), [{ bank: 'sha384', indices: [23] }]);
  await ak.close();
  const evidence = {
    akPublic: decodePublic(ak.publicArea),
    attestation,
    signature: decodeSignature(signature),
    expectedExtraData: Buffer.alloc(16, 1),
    allowedPcrs: new Map([['sha384', new Map([[23, [Buffer.alloc(48)]]])]] as const),
    ekPublic,
  };
  expect(runChecks([...akChecks, ...quoteChecks], evidence).filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
});

test('all 24 registers of a bank are read, eight at a time, ascending', async () => {
  const values = await readPcrs(device.tpm, 'sha256', [23, ...Array.from({ length: 23 }, (_, i) => i)]);
  expect([...values.keys()]).toEqual(Array.from({ length: 24 }, (_, i) => i));
  expect([...values.values()].filter((value) => value.equals(zeros))).toHaveLength(18);
  expect(values.get(17)).toEqual(Buffer.alloc(32, 0xff));
  expect((await readPcrs(device.tpm, 'sha1', [0])).get(0)).toEqual(Buffer.alloc(20));
});

describe('what sits at the handle of the EK but is another key', () => {
  beforeAll(async () => {
    const other = await commands.createPrimary(device.tpm, Handle.ENDORSEMENT, encodePublic(ekEccTemplate));
    await commands.evictControl(device.tpm, other.handle, 0x81010001);
    await commands.flushContext(device.tpm, other.handle);
  });
  afterAll(() => commands.evictControl(device.tpm, 0x81010001, 0x81010001));

  test('is left alone: the EK is created and flushed', async () => {
    const handle = await withEk(device.tpm, 'rsa', (ek) => Promise.resolve(ek.handle));
    expect(handle).toBe(0x80000000);
    expect(await commands.getHandles(device.tpm, 'persistent')).toEqual([0x81010001]);
  });
});

test('an AK template in NV that does not decode is an error, not a reason to make another key', async () => {
  const index = 0x01c10001;
  const nv = { index, nameAlg: 'sha256', attributes: 0x42072001, authPolicy: Buffer.alloc(0), size: 24 } as const;
  await commands.nvDefineSpace(device.tpm, Handle.PLATFORM, nv);
  await commands.nvWrite(device.tpm, Handle.PLATFORM, index, Buffer.alloc(24, 0xff));
  await expect(openAk(device.tpm)).rejects.toMatchObject({ code: 'BYTES_MALFORMED' });
  await commands.nvUndefineSpace(device.tpm, Handle.PLATFORM, index);
});

test('sealed data opens while the registers are as sealed, also with an AK loaded, and not after an extend', async () => {
  const ekPublic = decodePublic(await ekPublicArea(device.tpm, 'rsa'));
  const data = randomBytes(32);
  const blob = sealToEk({
    ekPublic,
    data,
    pcrs: {
      bank: 'sha256',
      values: new Map([
        [16, zeros],
        [0, zeros],
      ]),
    },
  });
  const ak = await openAk(device.tpm);
  expect(await unsealImportBlob(device.tpm, blob)).toEqual(data);
  await ak.close();
  await commands.pcrExtend(device.tpm, 16, new Map([['sha256', Buffer.alloc(32, 1)]]));
  await expect(unsealImportBlob(device.tpm, blob)).rejects.toMatchObject({
    code: 'CRYPTO_FAILED',
    message: expect.stringContaining('pcr 16 is ') as string,
  });
  await commands.pcrReset(device.tpm, 16);
  expect(await unsealImportBlob(device.tpm, blob)).toEqual(data);
});

test('a signing key bound to registers signs while they are right', async () => {
  const ekPublic = decodePublic(await ekPublicArea(device.tpm, 'rsa'));
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = await importSigningKey(
    device.tpm,
    signingKeyToEk({ ekPublic, privateKey, pcrs: { bank: 'sha256', values: new Map([[23, zeros]]) } }),
  );
  const data = Buffer.from('data');
  expect(verifySignature(decodePublic(key.publicArea), decodeSignature(await signWith(device.tpm, key, data)), data)).toBe(true);
  await commands.pcrExtend(device.tpm, 23, new Map([['sha256', Buffer.alloc(32, 1)]]));
  const error: unknown = await signWith(device.tpm, key, data).catch((e: unknown) => e);
  expect(failedWith(error, Rc.policyFail)).toBe(true);
  await commands.pcrReset(device.tpm, 23);
});
