import { copyFileSync, writeFileSync } from 'node:fs';
import { connect, type TLSSocket } from 'node:tls';
import { story, type Fault, type Program, type Vm } from '../../src/localcloud/index.js';
import { spkiSha256 } from '../../src/wire/index.js';
import { Attester } from '../e2e/support/attester.js';
import { Caller, identityToken, type Answer } from '../e2e/support/caller.js';
import { makeChain, type ChainFiles } from '../support/chain.js';
import { Siege } from './support/siege.js';

// Keys that are not in the server's own hands: secrets at rest under a key of Cloud KMS, certificates in files and in Secret Manager.

let siege: Siege;
beforeAll(async () => {
  siege = await Siege.open();
}, 60_000);
afterAll(() => siege.close());

describe('secrets under a key of Cloud KMS', () => {
  let caller: Caller;
  let attester: Attester;
  let sessionId: Buffer;
  let vm: Vm;
  beforeAll(async () => {
    const key = siege.world.cloud.stores.keys.addVersion(story.alice.project.id, 'global', 'ring', 'secrets');
    vm = await siege.approvedVm(['--secretsKmsKey', key, '--maxReleases', '2']);
    caller = new Caller(siege.world, { token: () => identityToken(vm) });
    attester = await Attester.open(caller, vm);
    ({ sessionId } = (await attester.attest()).offer);
  }, 60_000);
  afterAll(async () => {
    await attester.close();
    caller.close();
  });
  const getToken = (): Promise<Answer<unknown>> => caller.getToken({ sessionId });
  const undecided = { status: 'UNAVAILABLE', reason: 'UNDECIDED', healedBy: 'time' };
  const internal = { status: 'INTERNAL', reason: 'INTERNAL', healedBy: 'alice' };

  it.each<readonly [string, Fault, object]>([
    ['answers 500', { kind: 'error', status: 500 }, undecided],
    ['answers 503', { kind: 'error', status: 503 }, undecided],
    ['answers 429', { kind: 'error', status: 429 }, undecided],
    ['answers 401', { kind: 'error', status: 401 }, undecided],
    ['breaks off', { kind: 'truncate' }, undecided],
    ['answers with another message', { kind: 'wrong-type' }, undecided],
    ['does not answer', { kind: 'hang' }, undecided],
    // A right that is missing in Alice's own project is hers to mend.
    ['answers 403', { kind: 'forbidden' }, internal],
    ['answers 404', { kind: 'error', status: 404 }, internal],
  ])('KMS %s: nothing is released and nothing is counted', async (_how, fault, expected) => {
    siege.world.cloud.faults.set('kms', fault);
    const answer = await getToken();
    siege.world.cloud.faults.clear();
    expect(answer).not.toHaveProperty('value');
    expect(answer).toMatchObject(expected);
    const digest = Buffer.from((await siege.record(vm)).approval_digest, 'base64').toString('base64url');
    expect(await siege.alice.state.get(`release.${vm.id}.${digest}.1`)).toBeUndefined();
  });

  it('KMS is slow: the same session is released', async () => {
    siege.world.cloud.faults.set('kms', { kind: 'delay', ms: 300 });
    const answer = await getToken();
    siege.world.cloud.faults.clear();
    expect(answer).toHaveProperty('value');
    expect(JSON.stringify(answer)).not.toContain('canary-raw-5e1f');
  });

  it('KMS opens it no more when the approval was changed in the database', async () => {
    await expect(siege.whileApprovalSays(vm, { max_releases: 'unlimited' }, getToken)).resolves.toMatchObject(internal);
  });
});

/** A new connection as Bob's client would open it, whatever certificate it is shown. */
const connected = (address: string): Promise<TLSSocket> =>
  new Promise((resolve, reject) => {
    const [host = '', port = ''] = address.split(':');
    const socket = connect(
      {
        ...{ host, port: Number(port), servername: 'tokenservice.esodemoapp2.com', ALPNProtocols: ['h2'], rejectUnauthorized: false },
        ...{ cert: siege.world.certificate('tokenclient.crt'), key: siege.world.certificate('tokenclient.key') },
      },
      () => resolve(socket),
    );
    socket.once('error', reject);
  });

async function shownBy(address: string): Promise<Buffer> {
  const socket = await connected(address);
  const shown = spkiSha256(socket.getPeerCertificate().raw);
  socket.destroy();
  return shown;
}

const spkiOf = (chain: ChainFiles): Buffer => spkiSha256(chain.read('tokenservice.crt'));

describe('certificates in files', () => {
  let first: ChainFiles;
  let second: ChainFiles;
  let server: Program;
  let address: string;
  beforeAll(async () => {
    [first, second] = [makeChain(), makeChain()];
    for (const [name, file] of Object.entries({ 'leaf.crt': 'tokenservice.crt', 'leaf.key': 'tokenservice.key' }))
      copyFileSync(first.path(file), siege.path(name));
    writeFileSync(siege.path('clients.crt'), siege.world.certificate('tls-ca.crt'));
    const files = ['--tlsCert', siege.path('leaf.crt'), '--tlsKey', siege.path('leaf.key'), '--tlsCertChain', siege.path('clients.crt')];
    ({ server, address } = await siege.startReplica(files));
  }, 60_000);
  afterAll(() => {
    first.remove();
    second.remove();
  });

  it('a broken file keeps the old certificate, and says so', async () => {
    writeFileSync(siege.path('leaf.key'), 'not a key');
    server.signal('SIGHUP');
    await expect(server.waitForEvent('certificate.kept')).resolves.toMatchObject({ error: expect.stringContaining('leaf.key') });
    expect(await shownBy(address)).toEqual(spkiOf(first));
  });

  it('new files are shown to new connections without a word to the server, and open connections stay', async () => {
    const stranger = await siege.insertVm({ tpm: false });
    const open = new Caller(siege.world, { token: () => identityToken(stranger), address, authority: first.read('tls-ca.crt') });
    await expect(open.getToken()).resolves.toMatchObject({ reason: 'INSTANCE_UNKNOWN' });
    copyFileSync(second.path('tokenservice.crt'), siege.path('leaf.crt'));
    copyFileSync(second.path('tokenservice.key'), siege.path('leaf.key'));
    await server.waitForEvent('certificate.reloaded');
    expect(await shownBy(address)).toEqual(spkiOf(second));
    // The authority of the new certificate is another one: this answer came over the connection that was open.
    await expect(open.getToken()).resolves.toMatchObject({ reason: 'INSTANCE_UNKNOWN' });
    open.close();
  });
});

describe('certificates in Secret Manager', () => {
  it.each<readonly [string, Fault]>([
    ['answers 503', { kind: 'error', status: 503 }],
    ['answers 403', { kind: 'forbidden' }],
    ['breaks off', { kind: 'truncate' }],
    ['answers with another message', { kind: 'wrong-type' }],
    ['does not answer', { kind: 'hang' }],
  ])('a server whose Secret Manager %s keeps its certificate and goes on; one that starts does not', async (_how, fault) => {
    const { server, setting } = siege.world;
    const before = await shownBy(setting.address);
    const kept = server.events.filter(({ event }) => event === 'certificate.kept').length;
    siege.world.cloud.faults.set('secretManager', fault);
    server.signal('SIGHUP');
    const fresh = siege.startReplica([]);
    await expect(fresh).rejects.toThrow(/the program ended[^]*tokenserver: [^]*secretmanager/);
    while (server.events.filter(({ event }) => event === 'certificate.kept').length === kept)
      await new Promise((resolve) => setImmediate(resolve));
    siege.world.cloud.faults.clear();
    expect(await shownBy(setting.address)).toEqual(before);
  });
});
