import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runChecks } from '../../src/base/index.js';
import {
  certifyChecks,
  decodeAttest,
  decodePublic,
  decodeSignature,
  encodePublic,
  Handle,
  handleName,
  nameOf,
  policyPcrDigest,
  policySecretDigest,
  publicKeyOf,
  quoteChecks,
  Reader,
  sealToEk,
  signingKeyToEk,
  Writer,
  type ImportBlob,
  type PublicArea,
} from '../../src/tpm/index.js';
import {
  certifyKey,
  commands,
  createSigningKey,
  importSigningKey,
  openAk,
  readPcrs,
  thenFlush,
  withEkAuthorization,
  type Tpm,
} from '../../src/tpm-device/index.js';
import { startSwtpm, type Swtpm } from '../support/swtpm.js';
import { runTool, withTpmOf } from './support/tools.js';

// Quotes, certifications, wrapped objects and policies, between us and tpm2-tools, in both directions.

let swtpm: Swtpm;
let ekPublic: PublicArea;
beforeAll(async () => {
  swtpm = await startSwtpm();
  await tool('tpm2_createek -G rsa -u ek.pub -c ek.ctx');
  await tool(`tpm2_pcrextend 4:sha256=${'ab'.repeat(32)}`);
  ekPublic = decodePublic(await contents('ek.pub'));
  expect(encodePublic(ekPublic)).toEqual(await contents('ek.pub'));
});
afterAll(() => swtpm.stop());

const tool = (command: string): Promise<string> => runTool(swtpm, command);
const withTpm = <T>(use: (tpm: Tpm) => Promise<T>): Promise<T> => withTpmOf(swtpm, use);
const path = (name: string): string => join(swtpm.directory, name);

/** What a TPM2B file of tpm2-tools holds. */
async function contents(name: string): Promise<Buffer> {
  const reader = new Reader(await readFile(path(name)), name);
  const bytes = reader.sized('contents');
  reader.finish();
  return bytes;
}

const writeSized = (name: string, bytes: Buffer): Promise<void> => writeFile(path(name), new Writer().sized(bytes).done());

/** tpm2_policysecret on the endorsement hierarchy, anew for each use. */
async function withEkSession(command: string): Promise<string> {
  await tool('tpm2_startauthsession --policy-session -S s.ctx');
  await tool('tpm2_policysecret -S s.ctx -c e');
  const output = await tool(command);
  await tool('tpm2_flushcontext s.ctx');
  return output;
}

const outcomes = (findings: ReturnType<typeof runChecks>): readonly string[] => findings.map(({ check, outcome }) => `${check} ${outcome}`);

test('a quote of tpm2_quote passes every check of ours, and none of them but its own fails for another nonce', async () => {
  const nonce = randomBytes(32);
  await tool('tpm2_createak -C ek.ctx -c ak.ctx -G rsa -g sha256 -s rsassa -u ak.pub');
  await tool(`tpm2_quote -c ak.ctx -l sha256:0,4,7 -q ${nonce.toString('hex')} -m quote.msg -s quote.sig`);
  const values = await withTpm((tpm) => readPcrs(tpm, 'sha256', [0, 4, 7]));
  const evidence = {
    akPublic: decodePublic(await contents('ak.pub')),
    attestation: await readFile(path('quote.msg')),
    signature: decodeSignature(await readFile(path('quote.sig'))),
    expectedExtraData: nonce,
    allowedPcrs: new Map([['sha256', new Map([...values].map(([index, value]) => [index, [value]]))]] as const),
    ekPublic,
  };
  expect(outcomes(runChecks(quoteChecks, evidence))).toEqual(quoteChecks.map(({ id }) => `${id} passed`));
  const other = runChecks(quoteChecks, { ...evidence, expectedExtraData: randomBytes(32) });
  expect(other.filter(({ outcome }) => outcome !== 'passed').map(({ check }) => check)).toEqual(['quote-binding']);
});

test('a certification of tpm2_certify passes every check of ours', async () => {
  await tool('tpm2_createak -C ek.ctx -c ak.ctx -G rsa -g sha256 -s rsassa -u ak.pub');
  await tool('tpm2_createprimary -C o -c parent.ctx');
  await tool('tpm2_create -C parent.ctx -G rsa2048:rsassa-sha256:null -u key.pub -r key.priv');
  await tool('tpm2_load -C parent.ctx -u key.pub -r key.priv -c key.ctx');
  await tool('tpm2_readpublic -c parent.ctx -q parent.qn');
  await tool('tpm2_certify -c key.ctx -C ak.ctx -g sha256 -o attest -s attest.sig');
  const evidence = {
    akPublic: decodePublic(await contents('ak.pub')),
    keyPublic: decodePublic(await contents('key.pub')),
    attestation: await readFile(path('attest')),
    signature: decodeSignature(await readFile(path('attest.sig'))),
    // What tpm2_certify sends as qualifying data, always.
    expectedExtraData: Buffer.of(0x00, 0xff, 0x55, 0xaa),
    ekPublic,
    keyParentQualifiedName: await readFile(path('parent.qn')),
  };
  // Four known bytes are no nonce: the only thing wrong with it.
  const expected = certifyChecks.map(({ id }) => `${id} ${id === 'certify-binding' ? 'refused' : 'passed'}`);
  expect(outcomes(runChecks(certifyChecks, evidence))).toEqual(expected);
});

test('openssl verifies our certification, which says the names that tpm2_readpublic reads of the key', async () => {
  const { akPublic, key, certified } = await withTpm(async (tpm) => {
    const made = await createSigningKey(tpm);
    const ak = await openAk(tpm);
    const attested = await certifyKey(tpm, ak, made, randomBytes(32));
    await ak.close();
    return { akPublic: decodePublic(ak.publicArea), key: made, certified: attested };
  });
  const signature = decodeSignature(certified.signature);
  await writeFile(path('ak.pem'), publicKeyOf(akPublic).export({ type: 'spki', format: 'pem' }));
  await writeFile(path('attest.bin'), certified.attestation);
  await writeFile(path('attest.raw'), signature.alg === 'ecdsa' ? Buffer.alloc(0) : signature.signature);
  expect(await tool('openssl dgst -sha256 -verify ak.pem -signature attest.raw attest.bin')).toBe('Verified OK\n');
  await writeSized('our.pub', key.publicArea);
  await writeSized('our.priv', key.privateArea);
  await withEkSession('tpm2_load -C ek.ctx -u our.pub -r our.priv -c our.ctx -P session:s.ctx');
  await tool('tpm2_readpublic -c our.ctx -n our.name -q our.qn');
  const attest = decodeAttest(certified.attestation);
  expect(attest).toMatchObject({ name: await readFile(path('our.name')), qualifiedName: await readFile(path('our.qn')) });
});

test.each([undefined, [0, 4, 7]] as const)('tpm2_import and tpm2_unseal open what we seal to the EK (registers: %j)', async (indices) => {
  const data = randomBytes(64);
  const values = await withTpm((tpm) => readPcrs(tpm, 'sha256', indices ?? []));
  const blob = sealToEk({ ekPublic, data, ...(indices === undefined ? {} : { pcrs: { bank: 'sha256', values } as const }) });
  await loadWithTools(blob);
  await tool(`tpm2_unseal -c object.ctx -o opened${indices === undefined ? '' : ` -p pcr:sha256:${indices.join(',')}`}`);
  expect(await readFile(path('opened'))).toEqual(data);
});

test('tpm2_import and tpm2_unseal open what we seal to an EK on P-256', async () => {
  const data = randomBytes(64);
  await tool('tpm2_createek -G ecc -u ecc.pub -c ecc.ctx');
  await loadWithTools(sealToEk({ ekPublic: decodePublic(await contents('ecc.pub')), data }), 'ecc.ctx');
  await tool('tpm2_unseal -c object.ctx -o opened');
  expect(await readFile(path('opened'))).toEqual(data);
});

test('tpm2_import and tpm2_sign use the key that we wrap for the EK', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await loadWithTools(signingKeyToEk({ ekPublic, privateKey }));
  await writeFile(path('message'), 'a message');
  await writeFile(path('public.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
  await tool('tpm2_sign -c object.ctx -g sha256 -s rsassa -f plain -o message.sig message');
  expect(await tool('openssl dgst -sha256 -verify public.pem -signature message.sig message')).toBe('Verified OK\n');
});

/** TPM2_Import and TPM2_Load by tpm2-tools, into object.ctx. */
async function loadWithTools({ publicArea, duplicate, encryptedSeed }: ImportBlob, ek = 'ek.ctx'): Promise<void> {
  await writeSized('object.pub', publicArea);
  await writeSized('object.dup', duplicate);
  await writeSized('object.seed', encryptedSeed);
  await withEkSession(`tpm2_import -C ${ek} -u object.pub -i object.dup -s object.seed -r object.priv -P session:s.ctx`);
  await withEkSession(`tpm2_load -C ${ek} -u object.pub -r object.priv -c object.ctx -P session:s.ctx`);
}

test('we import the secret that tpm2_duplicate wraps for our EK', async () => {
  const data = randomBytes(48);
  await writeFile(path('data'), data);
  await tool('tpm2_startauthsession -S d.ctx');
  await tool('tpm2_policycommandcode -S d.ctx -L duplicate.policy TPM2_CC_Duplicate');
  await tool('tpm2_flushcontext d.ctx');
  await tool('tpm2_createprimary -C o -c source.ctx');
  await tool('tpm2_create -C source.ctx -i data -L duplicate.policy -a userwithauth -u sealed.pub -r sealed.priv');
  await tool('tpm2_load -C source.ctx -u sealed.pub -r sealed.priv -c sealed.ctx');
  await tool('tpm2_loadexternal -C n -u ek.pub -c target.ctx');
  await tool('tpm2_startauthsession --policy-session -S d.ctx');
  await tool('tpm2_policycommandcode -S d.ctx TPM2_CC_Duplicate');
  await tool('tpm2_duplicate -C target.ctx -c sealed.ctx -G null -p session:d.ctx -r sealed.dup -s sealed.seed');
  await tool('tpm2_flushcontext d.ctx');
  const blob = await blobOf('sealed');
  const opened = await withTpm(async (tpm) => {
    const { handle } = await withEkAuthorization(tpm, 'rsa', async (ek, authorize) => {
      const privateArea = await commands.importObject(tpm, ek.handle, await authorize(), blob);
      return commands.load(tpm, ek.handle, await authorize(), privateArea, blob.publicArea);
    });
    return thenFlush(tpm, handle, () => commands.unseal(tpm, handle, { session: Handle.PASSWORD, value: Buffer.alloc(0) }));
  });
  expect(opened).toEqual(data);
});

test('we import the private key that tpm2_duplicate wraps for our EK', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await writeFile(path('private.pem'), privateKey.export({ type: 'pkcs1', format: 'pem' }));
  await tool('tpm2_duplicate --tcti=none -U ek.pub -G rsa -k private.pem -u wrapped.pub -r wrapped.dup -s wrapped.seed');
  const blob = await blobOf('wrapped');
  const imported = await withTpm((tpm) => importSigningKey(tpm, blob));
  expect(imported.name).toEqual(nameOf(decodePublic(blob.publicArea)));
  expect(publicKeyOf(decodePublic(imported.publicArea)).equals(createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })))).toBe(
    true,
  );
});

const blobOf = async (name: string): Promise<ImportBlob> => ({
  publicArea: await contents(`${name}.pub`),
  duplicate: await contents(`${name}.dup`),
  encryptedSeed: await contents(`${name}.seed`),
  pcrs: undefined,
});

test('our policy digests are those of trial sessions of tpm2-tools', async () => {
  const values = await withTpm((tpm) => readPcrs(tpm, 'sha256', [0, 4, 7]));
  const sha1Values = await withTpm((tpm) => readPcrs(tpm, 'sha1', [0, 16]));
  const pcrs = policyPcrDigest({ bank: 'sha256', indices: [0, 4, 7] }, [...values.values()]);
  expect(await trial('sha256', 'tpm2_policypcr -S t.ctx -l sha256:0,4,7')).toEqual([pcrs]);
  expect(await trial('sha256', 'tpm2_policypcr -S t.ctx -l sha1:0,16+sha256:0,4,7')).toEqual([
    policyPcrDigest(
      [
        { bank: 'sha1', indices: [0, 16] },
        { bank: 'sha256', indices: [0, 4, 7] },
      ],
      [...sha1Values.values(), ...values.values()],
    ),
  ]);
  const secret = policySecretDigest(handleName(Handle.ENDORSEMENT));
  expect(await trial('sha256', 'tpm2_policysecret -S t.ctx -c e', 'tpm2_policypcr -S t.ctx -l sha256:0,4,7')).toEqual([
    secret,
    policyPcrDigest({ bank: 'sha256', indices: [0, 4, 7] }, [...values.values()], { before: secret }),
  ]);
  const [withReference] = await trial('sha384', 'tpm2_policysecret -S t.ctx -c o -q c0ffee');
  expect(withReference).toEqual(policySecretDigest(handleName(Handle.OWNER), Buffer.from('c0ffee', 'hex'), { hash: 'sha384' }));
});

/** The digest after each of these policy commands in one trial session. */
async function trial(hash: string, ...policies: readonly string[]): Promise<readonly Buffer[]> {
  await tool(`tpm2_startauthsession -S t.ctx -g ${hash}`);
  const digests: Buffer[] = [];
  for (const policy of policies) {
    await tool(`${policy} -L digest`);
    digests.push(await readFile(path('digest')));
  }
  await tool('tpm2_flushcontext t.ctx');
  return digests;
}
