import { execFileSync } from 'node:child_process';
import { createPublicKey, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { wipeHeldFiles } from '../../src/client/crash-wipe.js';
import { runProgram } from '../../src/client/program.js';
import {
  decodeAttest,
  decodePublic,
  decodeSignature,
  encodeImportBlob,
  ekPublicFromSpki,
  sealToEk,
  verifySignature,
} from '../../src/tpm/index.js';
import { startSwtpm, type Swtpm } from '../support/swtpm.js';
import { testIo } from './support/client-io.js';

let swtpm: Swtpm;
let directory: string;
beforeAll(async () => {
  swtpm = await startSwtpm();
  directory = mkdtempSync('/dev/shm/tpm-cli-');
});
afterAll(async () => {
  rmSync(directory, { recursive: true, force: true });
  await swtpm.stop();
});

async function tpm(...args: readonly string[]): Promise<{ code: number; output: string }> {
  const io = testIo();
  const code = await runProgram(['tpm', ...args, '--tpm', swtpm.location], io);
  return { code, output: io.output() };
}

async function json(...args: readonly string[]): Promise<Record<string, string>> {
  const { code, output } = await tpm(...args, '--json');
  expect(code).toBe(0);
  return JSON.parse(output) as Record<string, string>;
}

const tool = (name: string, ...args: readonly string[]): string =>
  execFileSync(name, args, { env: { ...process.env, TPM2TOOLS_TCTI: swtpm.tcti }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

test('pcrs: the values that tpm2_pcrread shows, with what each register measures', async () => {
  tool('tpm2_pcrextend', `16:sha256=${'ab'.repeat(32)}`);
  const { output } = await tpm('pcrs');
  const theirs = [...tool('tpm2_pcrread', 'sha256').matchAll(/^\s+(\d+)\s*: 0x([0-9A-F]{64})/gm)].map(([, index, value]) => [
    index,
    value!.toLowerCase(),
  ]);
  const ours = [...output.matchAll(/^\s*(\d+) {2}([0-9a-f]{64})/gm)].map(([, index, value]) => [index, value]);
  expect(theirs).toHaveLength(24);
  expect(ours).toEqual(theirs);
  expect(output).toMatch(/^ 7 .*Secure Boot/m);
});

test('ek: the key that tpm2_createek makes', async () => {
  const { pem, kind } = await json('ek');
  const path = join(directory, 'ek.pem');
  tool('tpm2_createek', '-c', join(directory, 'ek.ctx'), '-G', 'rsa', '-u', path, '-f', 'pem');
  tool('tpm2_flushcontext', '-t');
  expect(kind).toBe('rsa');
  expect(createPublicKey(pem!).equals(createPublicKey(readFileSync(path)))).toBe(true);
});

test('info: maker, banks, counters of tpm2_getcap, and what is stored where', async () => {
  tool('tpm2_createek', '-c', '0x81010001', '-G', 'rsa', '-u', join(directory, 'stored.pub'));
  tool('tpm2_nvdefine', '0x01c10001', '-C', 'o', '-s', '8');
  const { output } = await tpm('info', '--json');
  const properties = tool('tpm2_getcap', 'properties-variable');
  const theirs = (name: string): number => Number(new RegExp(`TPM2_PT_${name}: (0x[0-9A-F]+)`).exec(properties)?.[1]);
  expect(JSON.parse(output)).toMatchObject({
    manufacturer: 'IBM',
    banks: ['sha1', 'sha256', 'sha384', 'sha512'],
    failedAuthorizations: theirs('LOCKOUT_COUNTER'),
    failedAuthorizationsAllowed: theirs('MAX_AUTH_FAIL'),
    lockoutRecoverySeconds: theirs('LOCKOUT_INTERVAL'),
    persistent: [{ handle: '0x81010001', holds: 'EK, RSA' }],
    nvIndices: [{ handle: '0x01c10001', holds: 'attestation key template, RSA' }],
  });
  expect((await tpm('info')).output).toMatch(/^persistent +0x81010001 {2}EK, RSA$/m);
  tool('tpm2_nvundefine', '0x01c10001', '-C', 'o');
});

test('quote: signed by the key it names, over the registers and nonce asked for', async () => {
  const { attestation, signature, akPublic } = await json('quote', '--pcrs', '0,7', '--nonce', 'c0ffee');
  const attest = decodeAttest(Buffer.from(attestation!, 'base64'));
  expect(attest).toMatchObject({
    type: 'quote',
    extraData: Buffer.from('c0ffee', 'hex'),
    pcrSelections: [{ bank: 'sha256', indices: [0, 7] }],
  });
  const key = decodePublic(Buffer.from(akPublic!, 'base64'));
  expect(verifySignature(key, decodeSignature(Buffer.from(signature!, 'base64')), Buffer.from(attestation!, 'base64'))).toBe(true);
});

test('quote: says in words what tpm2_print reads in its bytes', async () => {
  const { attestation, pcrDigest, extraData, resetCount, registers } = await json('quote', '--pcrs', '7,0', '--nonce', 'c0ffee');
  const path = join(directory, 'quote');
  writeFileSync(path, Buffer.from(attestation!, 'base64'));
  const printed = tool('tpm2_print', '-t', 'TPMS_ATTEST', path);
  expect(printed).toContain(`pcrDigest: ${pcrDigest!}`);
  expect(printed).toContain(`extraData: ${extraData!}`);
  expect(printed).toContain(`resetCount: ${resetCount!}`);
  expect(registers).toBe('sha256:0,7');
});

test.each(['rsa', 'ecc'])('sign: the %s attestation key signs a file', async (kind) => {
  const path = join(directory, 'message');
  writeFileSync(path, 'a message');
  const { signature, akPublic } = await json('sign', '--in', path, '--kind', kind);
  const key = decodePublic(Buffer.from(akPublic!, 'base64'));
  expect(verifySignature(key, decodeSignature(Buffer.from(signature!, 'base64')), Buffer.from('a message'))).toBe(true);
});

test('unseal: the bytes go to a file on tmpfs and not to the screen', async () => {
  const data = randomBytes(16);
  const { pem } = await json('ek');
  const blob = encodeImportBlob(sealToEk({ ekPublic: ekPublicFromSpki(pem!), data }));
  const path = join(directory, 'blob');
  writeFileSync(path, blob.toString('base64'));
  const { code, output } = await tpm('unseal', '--in', path, '--out', directory);
  expect(code).toBe(0);
  wipeHeldFiles(); // what the end of the process does
  expect(readFileSync(join(directory, 'unsealed'))).toEqual(data);
  for (const encoding of ['latin1', 'hex', 'base64'] as const) expect(output).not.toContain(data.toString(encoding));
});

test.each([
  [['nonsense'], /no command "tokenclient tpm nonsense"/],
  [['pcrs', '--bank', 'md5'], /--bank is sha1/],
  [['ek', '--kind', 'dsa'], /--kind is rsa or ecc, not "dsa"/],
  [['quote', '--pcrs', '24'], /--pcrs are numbers/],
  [['quote', '--nonce', 'xyz'], /--nonce is at most/],
  [['sign'], /--in is missing/],
  [['sign', '--in', '/nonexistent'], /cannot read --in/],
  [['unseal', '--in', 'x'], /--out is missing/],
])('%j ends with 2 and one clear line', async (args, line) => {
  expect(await tpm(...args)).toEqual({ code: 2, output: expect.stringMatching(line) as string });
});

test('no TPM ends with 5', async () => {
  const io = testIo();
  expect(await runProgram(['tpm', 'info', '--tpm', join(directory, 'none')], io)).toBe(5);
});

test('--help of each command', async () => {
  for (const name of ['info', 'pcrs', 'ek', 'quote', 'sign', 'unseal']) {
    const io = testIo();
    expect(await runProgram(['tpm', name, '--help'], io)).toBe(0);
    expect(io.output()).toContain(`tokenclient tpm ${name}`);
  }
});
