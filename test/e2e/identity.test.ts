import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { audience, story } from '../../src/localcloud/index.js';
import { makeChain, type ChainFiles } from '../support/chain.js';
import { Caller, claimsOf, identityToken, type Claims } from './support/caller.js';
import { World } from './support/world.js';

// Who calls, and over which channel: everything here is refused before Compute or the audit log are asked anything.

let world: World;
let stranger: ChainFiles;

beforeAll(async () => {
  world = await World.open();
  stranger = makeChain();
}, 60_000);

afterAll(async () => {
  await world.close();
  stranger.remove();
});

/** A token with Google's signature whose claims differ in one thing from what the VM's metadata server says. */
async function signedWith(edit: (claims: Claims) => void): Promise<string> {
  const claims = claimsOf(await identityToken(world.vm));
  edit(claims);
  return world.cloud.signIdentityToken(claims as never);
}

async function withToken(token: () => Promise<string>): Promise<unknown> {
  const caller = new Caller(world, { token });
  try {
    return await caller.getToken();
  } finally {
    caller.close();
  }
}

const cloudCalls = (): readonly number[] => [world.cloud.calls('compute'), world.cloud.calls('logging')];

it('a VM that nobody approved is unknown, and costs no call to Compute or the audit log', async () => {
  const before = cloudCalls();
  await expect(withToken(() => identityToken(world.vm))).resolves.toEqual({
    status: 'PERMISSION_DENIED',
    reason: 'INSTANCE_UNKNOWN',
    healedBy: 'alice',
  });
  expect(cloudCalls()).toEqual(before);
});

describe('with an approval', () => {
  beforeAll(() => world.mustApprove(), 60_000);

  it.each<[string, string, (claims: Claims) => void]>([
    ['for another audience', 'TOKEN_AUDIENCE', (claims) => (claims.aud = 'https://other.example.com')],
    ['of another issuer', 'TOKEN_ISSUER', (claims) => (claims.iss = 'https://accounts.example.com')],
    ['that is old', 'TOKEN_TOO_OLD', (claims) => (claims.iat -= 120)],
    ['from the future', 'TOKEN_TOO_OLD', (claims) => (claims.iat += 120)],
    ['that has expired', 'TOKEN_TOO_OLD', (claims) => (claims.exp = claims.iat - 1)],
    ['that no metadata server made', 'TOKEN_NOT_INSTANCE', (claims) => delete (claims as Partial<Claims>).google],
    ['of an address that is not verified', 'TOKEN_EMAIL', (claims) => (claims.email_verified = false)],
  ])('a token %s is UNAUTHENTICATED: %s', async (_name, reason, edit) => {
    const before = cloudCalls();
    await expect(withToken(() => signedWith(edit))).resolves.toMatchObject({ status: 'UNAUTHENTICATED', reason });
    expect(cloudCalls()).toEqual(before);
  });

  it.each<[string, string, (claims: Claims) => void]>([
    ['another service account', 'SERVICE_ACCOUNT_MISMATCH', (claims) => (claims.email = 'other@bob-project.iam.gserviceaccount.com')],
    ['another project', 'PROJECT_MISMATCH', ({ google }) => (google.compute_engine['project_id'] = 'other-project')],
    ['another zone', 'ZONE_MISMATCH', ({ google }) => (google.compute_engine['zone'] = 'us-central1-b')],
    ['another name', 'INSTANCE_MISMATCH', ({ google }) => (google.compute_engine['instance_name'] = 'other')],
    ['another creation time', 'CREATION_TIME_MISMATCH', ({ google }) => (google.compute_engine['instance_creation_timestamp'] = 1)],
    ['another instance id', 'INSTANCE_UNKNOWN', ({ google }) => (google.compute_engine['instance_id'] = '1234567890123456789')],
  ])('a token that says %s is PERMISSION_DENIED: %s', async (_name, reason, edit) => {
    const before = cloudCalls();
    await expect(withToken(() => signedWith(edit))).resolves.toMatchObject({ status: 'PERMISSION_DENIED', reason });
    expect(cloudCalls()).toEqual(before);
  });

  it.each<[string, (token: string) => string]>([
    ['with one changed character', (token) => token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))],
    ['with algorithm none', (token) => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${token.split('.')[1] ?? ''}.`],
    [
      'signed with HS256 by anybody',
      (token) => {
        const body = `${Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url')}.${token.split('.')[1] ?? ''}`;
        return `${body}.${createHmac('sha256', 'key').update(body).digest('base64url')}`;
      },
    ],
    ['that is none', () => 'nonsense'],
    ['that is too long', (token) => token + 'A'.repeat(20_000)],
  ])('a token %s is UNAUTHENTICATED', async (_name, change) => {
    const result = await withToken(async () => change(await identityToken(world.vm)));
    expect(result).toMatchObject({ status: expect.stringMatching(/^UNAUTHENTICATED$|^RESOURCE_EXHAUSTED$|^INTERNAL$/) });
    expect(result).not.toHaveProperty('value');
  });

  it('a token of a key that Google has not published is UNAUTHENTICATED', async () => {
    const claims = claimsOf(await identityToken(world.vm));
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const header = Buffer.from(JSON.stringify({ alg: 'RS256', typ: 'JWT', kid: 'nobody' })).toString('base64url');
    const body = `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
    const token = `${body}.${sign('sha256', Buffer.from(body), privateKey).toString('base64url')}`;
    await expect(withToken(() => Promise.resolve(token))).resolves.toMatchObject({ status: 'UNAUTHENTICATED', reason: 'TOKEN_NOT_SIGNED' });
  });

  it('a client of another CA gets no connection', async () => {
    const caller = new Caller(world, {
      identity: { certificate: stranger.read('tokenclient.crt'), key: stranger.read('tokenclient.key') },
    });
    await expect(caller.getToken()).resolves.toMatchObject({ status: 'UNAVAILABLE', reason: undefined });
    caller.close();
  });

  it('the approved VM with its own certificate is asked to attest', async () => {
    await expect(withToken(() => identityToken(world.vm))).resolves.toEqual({
      status: 'PERMISSION_DENIED',
      reason: 'ATTESTATION_REQUIRED',
      healedBy: expect.any(String),
    });
  });
});

describe('the channel', () => {
  it.each([
    ['another serial number', ['--peerSerialNumber', '6'], 'PEER_CERTIFICATE_SERIAL'],
    ['another certificate', ['--peerCertificateSha256', 'ab'.repeat(32)], 'PEER_CERTIFICATE_FINGERPRINT'],
    ['another address', ['--peerAddress', '203.0.113.9'], 'PEER_ADDRESS'],
  ])('an approval of %s refuses this one', async (_name, flags, reason) => {
    await world.mustApprove(flags);
    const before = cloudCalls();
    await expect(withToken(() => identityToken(world.vm, audience))).resolves.toMatchObject({ status: 'PERMISSION_DENIED', reason });
    expect(cloudCalls()).toEqual(before);
  });
});

describe('the approval', () => {
  it('that is revoked refuses at once', async () => {
    await world.mustApprove();
    const revoke = world.stage.start('provisioner', [
      'revoke',
      ...['--endpoints', world.stage.path('alice.json'), '--fireStoreProjectId', story.alice.project.id],
      ...['--clientVMId', world.vm.id, '--why', 'a test', '--approvedBy', story.alice.person],
    ]);
    expect([await revoke.ended, revoke.output]).toEqual([0, expect.any(String)]);
    await expect(withToken(() => identityToken(world.vm))).resolves.toMatchObject({ reason: 'APPROVAL_REVOKED' });
  });
});
