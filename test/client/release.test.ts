import { generateKeyPairSync } from 'node:crypto';
import { createLog, Secret } from '../../src/base/index.js';
import { connectTokenServer, type TokenServer } from '../../src/client/obtain.js';
import { ReleaseConversation } from '../../src/client/release.js';
import { commands, Tpm } from '../../src/tpm-device/index.js';
import { ekPublicFromSpki } from '../../src/tpm/index.js';
import { openChannel, spkiSha256 } from '../../src/wire/index.js';
import { makeChain, type ChainFiles } from '../support/chain.js';
import { startSwtpm, type Swtpm } from '../support/swtpm.js';
import { startTokenServer, testInstanceId, type TestTokenServer } from './support/token-server.js';

let chain: ChainFiles;
let swtpm: Swtpm;
let server: TestTokenServer;
let client: TokenServer;
let tokensMade: number;
let logLines: string[];

beforeAll(async () => {
  chain = makeChain();
  swtpm = await startSwtpm();
});
afterAll(async () => {
  chain.remove();
  await swtpm.stop();
});

beforeEach(async () => {
  server = await startTokenServer(chain);
  server.secrets = [{ name: 'secret1', type: 'RAW', data: Buffer.from('fooobar') }];
  tokensMade = 0;
  logLines = [];
  client = connectTokenServer({
    address: server.address,
    channel: openChannel({
      serverName: 'tokenservice.esodemoapp2.com',
      ca: chain.read('tls-ca.crt'),
      certificate: chain.read('tokenclient.crt'),
      key: new Secret(chain.read('tokenclient.key')),
      pins: [],
    }),
    identityToken: () => Promise.resolve(`token-${++tokensMade}`),
  });
});
afterEach(async () => {
  client.close();
  await server.stop();
});

function conversation(options: { attest?: boolean; exchangeSigningKey?: boolean; instanceId?: string } = {}): ReleaseConversation {
  const { attest = true, exchangeSigningKey = false, instanceId = testInstanceId } = options;
  return new ReleaseConversation({
    server: client,
    instanceId: () => Promise.resolve(instanceId),
    attestation: attest ? { tpmLocation: swtpm.location, exchangeSigningKey } : undefined,
    log: createLog({ name: 'test', level: 'debug', write: (line) => logLines.push(line) }),
  });
}

async function loadedObjects(): Promise<readonly number[]> {
  const tpm = await Tpm.open(swtpm.location);
  try {
    return [...(await commands.getHandles(tpm, 'transient')), ...(await commands.getHandles(tpm, 'loadedSession'))];
  } finally {
    await tpm.close();
  }
}

test('proves the VM with a real TPM to a server that verifies it, and opens what was sealed for the session', async () => {
  const { decisionId, secrets, signingKey } = await conversation({ exchangeSigningKey: true }).attempt();
  expect(decisionId).toBe('decision-1');
  expect(secrets.map(({ name, type, data }) => [name, type, data.expose().toString()])).toEqual([['secret1', 'RAW', 'fooobar']]);
  expect(signingKey).toBeDefined();
  expect(server.calls).toEqual(['MakeCredential', 'ActivateCredential', 'ProvideSigningKey', 'GetToken']);
});

test('each call carries an identity token of its own', async () => {
  await conversation().attempt();
  expect(server.tokens).toEqual(['Bearer token-1', 'Bearer token-2', 'Bearer token-3']);
});

test('the TPM is left as it was found, after success and after failure', async () => {
  await conversation({ exchangeSigningKey: true }).attempt();
  expect(await loadedObjects()).toEqual([]);
  server.refuseNext('ActivateCredential', { reason: 'QUOTE_WRONG', healedBy: 'bob' });
  await expect(conversation().attempt()).rejects.toThrow('QUOTE_WRONG');
  expect(await loadedObjects()).toEqual([]);
});

test('without attestation it asks by identity alone and takes secrets in the clear', async () => {
  const { decisionId, secrets } = await conversation({ attest: false }).attempt();
  expect(secrets.map(({ data }) => data.expose().toString())).toEqual(['fooobar']);
  expect(decisionId).toBe('');
  expect(server.calls).toEqual(['GetToken']);
});

test.each([true, 'too'] as const)('an attested client takes no secret that was not sealed to it (in the clear: %s)', async (unsealed) => {
  server.unsealed = unsealed;
  await expect(conversation().attempt()).rejects.toMatchObject({ code: 'CRYPTO_FAILED' });
});

test('an answer for another instance does not open', async () => {
  await expect(conversation({ instanceId: '1' }).attempt()).rejects.toMatchObject({ code: 'CRYPTO_FAILED' });
});

test('while the server settles the session is kept: one proof, and no second one', async () => {
  server.refuseNext('GetToken', { reason: 'SETTLING', healedBy: 'time', grpcCode: 14, retryAfterSeconds: 118 });
  const talk = conversation();
  await expect(talk.attempt()).rejects.toMatchObject({ refusal: { reason: 'SETTLING', retryAfterSeconds: 118 } });
  expect(talk.phase).toBe('settling');
  await talk.attempt();
  expect(server.calls).toEqual(['MakeCredential', 'ActivateCredential', 'GetToken', 'GetToken']);
});

test.each([
  ['a refusal that Alice heals', { reason: 'NOT_APPROVED', healedBy: 'alice' as const }],
  ['a session that the server forgot', { reason: 'SESSION_EXPIRED', healedBy: 'time' as const, grpcCode: 9 }],
])('after %s the VM is proved anew', async (_, refusal) => {
  server.refuseNext('GetToken', refusal);
  const talk = conversation();
  await expect(talk.attempt()).rejects.toThrow(refusal.reason);
  expect(talk.phase).toBe('attesting');
  await talk.attempt();
  expect(server.calls.filter((call) => call === 'MakeCredential')).toHaveLength(2);
});

test('a credential for another TPM is a refusal that Alice heals', async () => {
  server.approvedEk = ekPublicFromSpki(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey);
  await expect(conversation().attempt()).rejects.toMatchObject({ refusal: { reason: 'CREDENTIAL_FOR_ANOTHER_TPM', healedBy: 'alice' } });
  expect(server.calls).toEqual(['MakeCredential']);
});

test('a server with another key than the one the client met does not accept the quote: a relay gains nothing', async () => {
  server.spkiSha256 = spkiSha256(chain.read('tokenclient.crt'));
  await expect(conversation().attempt()).rejects.toMatchObject({
    code: 'SERVER_REFUSED',
    message: expect.stringContaining('activation') as string,
  });
  expect(server.calls).toEqual(['MakeCredential', 'ActivateCredential']);
});

test.each([
  ['no register', []],
  ['an empty bank', [{ hashAlg: 11, index: [] }]],
  ['an unknown bank', [{ hashAlg: 99, index: [0] }]],
  ['register 24', [{ hashAlg: 11, index: [0, 24] }]],
])('a server that asks for a quote of %s gets none', async (_, selection) => {
  server.pcrSelection = selection;
  await expect(conversation().attempt()).rejects.toMatchObject({ code: 'BYTES_MALFORMED' });
  expect(server.calls).toEqual(['MakeCredential']);
  expect(await loadedObjects()).toEqual([]);
});

test('a server with short session ids is another protocol', async () => {
  server.newSessionId = () => Buffer.alloc(16);
  await expect(conversation().attempt()).rejects.toMatchObject({ code: 'BYTES_MALFORMED' });
  expect(server.calls).toEqual(['MakeCredential']);
});

test.each(['short', 'x'.repeat(31), '\u0000'.repeat(32)])(
  'what the credential hides is sent back only when it is a challenge: %j',
  async (secret) => {
    server.newChallenge = () => secret;
    await expect(conversation().attempt()).rejects.toMatchObject({ code: 'BYTES_MALFORMED' });
    expect(server.calls).toEqual(['MakeCredential']);
  },
);

test('no token, challenge or key is in the debug log', async () => {
  await conversation({ exchangeSigningKey: true }).attempt();
  const log = logLines.join('');
  expect(log).toContain('attest.activated');
  expect(log).not.toContain('token-');
  expect(log).not.toContain('fooobar');
});
