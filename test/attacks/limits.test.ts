import { connect, type TLSSocket } from 'node:tls';
import type { Vm } from '../../src/localcloud/index.js';
import { Attester } from '../e2e/support/attester.js';
import { Caller, identityToken } from '../e2e/support/caller.js';
import { HealthWatch } from './support/health-watch.js';
import { Siege } from './support/siege.js';

// How much one caller can take, and how a server goes away.

let siege: Siege;
let vm: Vm;

beforeAll(async () => {
  siege = await Siege.open(['--callsPerMinutePerInstance', '30', '--maxConnections', '16']);
  vm = await siege.approvedVm();
}, 60_000);

afterAll(() => siege.close());

it('a VM that opens sessions without end is told to ask less often, and its calls cost nothing any more', async () => {
  const answers: string[] = [];
  for (let i = 0; i < 12; i++) {
    const answer = await siege.ask(vm);
    answers.push('value' in answer ? 'opened' : answer.status);
  }
  // A sixth of the calls of one VM: five sessions a minute.
  expect(answers.filter((status) => status === 'opened')).toHaveLength(5);
  expect(answers.at(-1)).toBe('RESOURCE_EXHAUSTED');
  const before = siege.cloudCalls;
  await expect(siege.ask(vm)).resolves.toMatchObject({ status: 'RESOURCE_EXHAUSTED', reason: 'RATE_LIMITED', healedBy: 'time' });
  expect(siege.cloudCalls).toEqual(before);
});

it('another VM is served meanwhile', async () => {
  await expect(siege.ask(await siege.approvedVm())).resolves.toHaveProperty('value');
});

it('one address holds at most a quarter of the connections', async () => {
  const [host = '', port = ''] = siege.world.setting.address.split(':');
  const tls = {
    host,
    port: Number(port),
    ca: siege.world.certificate('tls-ca.crt'),
    cert: siege.world.certificate('tokenclient.crt'),
    key: siege.world.certificate('tokenclient.key'),
    servername: 'tokenservice.esodemoapp2.com',
    ALPNProtocols: ['h2'],
  };
  const sockets: TLSSocket[] = [];
  const openEight = async (): Promise<number> => {
    const eight = Array.from({ length: 8 }, () => connect(tls));
    sockets.push(...eight);
    const ends = eight.map(
      (socket) =>
        new Promise<boolean>((resolve) => {
          socket.once('secureConnect', () => resolve(true));
          socket.on('error', () => resolve(false));
          socket.once('close', () => resolve(false));
        }),
    );
    return (await Promise.all(ends)).filter((isOpen) => isOpen).length;
  };
  try {
    // The connection of an earlier call may still count: then the fourth place is free a moment later.
    let open = 0;
    while (open < 4) open += await openEight();
    expect(open).toBe(4);
    expect(await openEight()).toBe(0);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
});

it('a server that is told to stop says so first, finishes what it has begun, takes nothing new, and ends with exit code 0', async () => {
  const replica = await siege.startReplica(['--healthPort', '127.0.0.1:0']);
  const health = new HealthWatch(`127.0.0.1:${/health on port (\d+)/.exec(replica.server.output)?.[1] ?? ''}`);
  await health.until('SERVING');
  const fresh = await siege.approvedVm();
  const caller = new Caller(siege.world, { token: () => identityToken(fresh), address: replica.address });
  const attester = await Attester.open(caller, fresh);
  const { offer } = await attester.attest();
  siege.world.cloud.faults.set('compute', { kind: 'delay', ms: 1_500 }, /\/instances\/\d+$/);
  const before = siege.world.cloud.calls('compute');
  const running = caller.getToken({ sessionId: offer.sessionId });
  while (siege.world.cloud.calls('compute') === before) await new Promise((resolve) => setImmediate(resolve));
  let isAnswered = false;
  void running.then(() => (isAnswered = true));
  const ended = replica.server.stop('SIGTERM');
  await health.until('NOT_SERVING');
  expect(isAnswered).toBe(false);
  await expect(running).resolves.toHaveProperty('value');
  siege.world.cloud.faults.clear();
  expect(await ended).toBe(0);
  await health.until('gone');
  expect(health.seen.slice(health.seen.indexOf('SERVING'))).toEqual(['SERVING', 'NOT_SERVING', 'gone']);
  health.close();
  await expect(caller.getToken({ sessionId: offer.sessionId })).resolves.toMatchObject({ status: 'UNAVAILABLE', reason: undefined });
  await attester.close();
  caller.close();
});
