import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { decodePublic, makeCredential, publicKeyOf, Reader, Writer } from '../../src/tpm/index.js';
import {
  activateCredential,
  certifyKey,
  commands,
  createSigningKey,
  ekPublicArea,
  openAk,
  quote,
  readPcrs,
  signWith,
  Tpm,
} from '../../src/tpm-device/index.js';
import { startSwtpm, type Swtpm } from '../support/swtpm.js';
import { runTool, withTpmOf } from './support/tools.js';

// The same TPM used by us and by tpm2-tools, one after the other.

let swtpm: Swtpm;

beforeAll(async () => {
  swtpm = await startSwtpm();
});
afterAll(() => swtpm.stop());

const path = (name: string): string => join(swtpm.directory, name);

const tool = (command: string): Promise<string> => runTool(swtpm, command);
const withTpm = <T>(use: (tpm: Tpm) => Promise<T>): Promise<T> => withTpmOf(swtpm, use);

const pem = (publicArea: Buffer): string | Buffer => publicKeyOf(decodePublic(publicArea)).export({ type: 'spki', format: 'pem' });

test('tpm2_checkquote accepts our quote with our nonce, and refuses another nonce', async () => {
  const nonce = randomBytes(32);
  const { ak, quoted } = await withTpm(async (tpm) => {
    const opened = await openAk(tpm);
    const result = { ak: opened, quoted: await quote(tpm, opened, nonce, [{ bank: 'sha256', indices: [0, 4, 7] }]) };
    await opened.close();
    return result;
  });
  await writeFile(path('ak.pem'), pem(ak.publicArea));
  await writeFile(path('quote.msg'), quoted.attestation);
  await writeFile(path('quote.sig'), quoted.signature);
  await tool(`tpm2_checkquote -u ak.pem -m quote.msg -s quote.sig -g sha256 -q ${nonce.toString('hex')}`);
  await expect(
    tool(`tpm2_checkquote -u ak.pem -m quote.msg -s quote.sig -g sha256 -q ${randomBytes(32).toString('hex')}`),
  ).rejects.toThrow();
});

test('our EK is the one of tpm2_createek, and what tpm2_makecredential makes for it is activated', async () => {
  await tool('tpm2_createek -G rsa -u ek.pub -c ek.ctx');
  const ek = new Reader(await readFile(path('ek.pub')), 'ek.pub').sized('public');
  await writeFile(path('secret'), 'thirty-two bytes of test secret!');
  await withTpm(async (tpm) => {
    expect(await ekPublicArea(tpm, 'rsa')).toEqual(ek);
  });
  const tpm = await Tpm.open(swtpm.location);
  const ak = await openAk(tpm);
  await tpm.close();
  const name = ak.name.toString('hex');
  // Without a TPM (--tcti=none): the AK stays loaded in ours.
  await promisify(execFile)('tpm2_makecredential', ['--tcti=none', '-e', 'ek.pub', '-s', 'secret', '-n', name, '-o', 'cred'], {
    cwd: swtpm.directory,
  });
  const file = new Reader(await readFile(path('cred')), 'cred');
  expect([file.u32('magic'), file.u32('version')]).toEqual([0xbadcc0de, 1]);
  const [blob, encrypted] = [file.sized('credentialBlob'), file.sized('encryptedSecret')];
  await withTpm(async (again) => {
    expect((await activateCredential(again, ak, blob, encrypted)).toString()).toBe('thirty-two bytes of test secret!');
    await commands.flushContext(again, ak.handle);
  });
});

test('tpm2_activatecredential opens our software credential', async () => {
  await tool('tpm2_createek -G rsa -u ek.pub -c ek2.ctx');
  await tool('tpm2_createak -C ek2.ctx -c ak2.ctx -G rsa -g sha256 -s rsassa -u ak2.pub -n ak2.name');
  const ekPublic = decodePublic(new Reader(await readFile(path('ek.pub')), 'ek.pub').sized('public'));
  const credential = randomBytes(32);
  const { credentialBlob, encryptedSecret } = makeCredential({ ekPublic, akName: await readFile(path('ak2.name')), credential });
  await writeFile(path('cred2'), new Writer().u32(0xbadcc0de).u32(1).sized(credentialBlob).sized(encryptedSecret).done());
  await tool('tpm2_startauthsession --policy-session -S s.ctx');
  await tool('tpm2_policysecret -S s.ctx -c e');
  await tool('tpm2_activatecredential -c ak2.ctx -C ek2.ctx -i cred2 -o out2 -P session:s.ctx');
  await tool('tpm2_flushcontext s.ctx');
  expect(await readFile(path('out2'))).toEqual(credential);
});

test('tpm2_verifysignature accepts what our signing key signed', async () => {
  const data = randomBytes(100);
  const { key, signature, certified } = await withTpm(async (tpm) => {
    const made = await createSigningKey(tpm);
    const ak = await openAk(tpm);
    const result = {
      key: made,
      signature: await signWith(tpm, made, data),
      certified: await certifyKey(tpm, ak, made, data.subarray(0, 20)),
    };
    await ak.close();
    return result;
  });
  await writeFile(path('data'), data);
  await writeFile(path('data.sig'), signature);
  await writeFile(path('key.pem'), pem(key.publicArea));
  await tool('tpm2_loadexternal -C n -G rsa -u key.pem -c key.ctx');
  await tool('tpm2_verifysignature -c key.ctx -g sha256 -m data -s data.sig');
  await writeFile(path('data'), randomBytes(100));
  await expect(tool('tpm2_verifysignature -c key.ctx -g sha256 -m data -s data.sig')).rejects.toThrow();
  expect(certified.attestation.includes(key.name)).toBe(true);
});

test('our PCR values are those of tpm2_pcrread', async () => {
  await tool(`tpm2_pcrextend 4:sha256=${'ab'.repeat(32)}`);
  await tool('tpm2_pcrread sha256:0,4,17 -o pcrs');
  const values = await withTpm((tpm) => readPcrs(tpm, 'sha256', [0, 4, 17]));
  expect(Buffer.concat([...values.values()])).toEqual(await readFile(path('pcrs')));
});
