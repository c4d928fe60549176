import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { story } from '../../src/localcloud/index.js';
import { approveWith, raw, startClient } from './support/client-runs.js';
import { World } from './support/world.js';

// What Alice or Bob changed after the start of a client, and what heals it: nobody touches the client.

let world: World;
let memory: string;

beforeAll(async () => {
  world = await World.open();
  memory = mkdtempSync('/dev/shm/client-revoked-');
  await approveWith(world, [raw('raw', 'fooobar')]);
}, 90_000);

afterAll(async () => {
  await world.close();
  rmSync(memory, { recursive: true, force: true });
});

it('several pins: one that matches is enough', async () => {
  const spare = `sha256/${'A'.repeat(43)}=`;
  const client = startClient(world, undefined, ['--tlsServerPin', spare, '--tlsServerPin', world.stage.serverPin, '--exitAfterRelease']);
  expect(await client.ended).toBe(0);
  expect(client.events.map(({ event }) => event)).not.toContain('client.no-pin');
}, 60_000);

it('--onRevoked exec runs its command with the reason and no secret, warn logs; both keep the secrets, and prove the VM again after a new approval', async () => {
  const [told, outOfExec, outOfWarn] = [join(memory, 'told'), mkdtempSync(join(memory, 'out-')), mkdtempSync(join(memory, 'out-'))];
  const script = await world.stage.write(
    'revoked.cjs',
    `const fs = require('node:fs'); fs.appendFileSync(process.argv[2], [process.argv[3], process.env.TOKENCLIENT_REASON, process.env.TOKENCLIENT_DECISION_ID].join(' ') + '\\n');
     if (JSON.stringify(process.env).includes('fooobar')) fs.appendFileSync(process.argv[2], 'SECRET');`,
  );
  const exec = startClient(world, undefined, [
    ...['--out', outOfExec, '--reattestSeconds', '1', '--onRevoked', `exec ${process.execPath} ${script} ${told} word`],
  ]);
  const warn = startClient(world, undefined, ['--out', outOfWarn, '--reattestSeconds', '1']);
  for (const client of [exec, warn]) await client.waitForEvent('client.attested-again');
  const revoke = world.stage.start('provisioner', [
    ...['revoke', '--endpoints', world.stage.path('alice.json'), '--fireStoreProjectId', story.alice.project.id],
    ...['--clientVMId', world.vm.id, '--why', 'the test says so'],
  ]);
  expect(await revoke.ended).toBe(0);
  const [{ decisionId }] = await Promise.all(
    [exec, warn].map((client) => client.waitForEvent('client.revoked')) as [Promise<Record<string, unknown>>],
  );
  expect(await exec.waitForEvent('client.revoked-command-ended')).toMatchObject({ exitCode: 0 });
  expect(readFileSync(told, 'utf8').split('\n')[0]).toBe(`word APPROVAL_REVOKED ${String(decisionId)}`);
  expect(readFileSync(told, 'utf8')).not.toContain('SECRET');
  expect([outOfExec, outOfWarn].map((out) => readdirSync(out))).toEqual([['raw'], ['raw']]);

  await approveWith(world, [raw('raw', 'fooobar')]);
  for (const client of [exec, warn]) {
    const refusals = client.events.length;
    await client.waitForLine(
      (line) => line.includes('client.attested-again') && client.lines.indexOf(line) > refusals,
      'a proof after the approval',
    );
    expect(await client.stop()).toBe(0);
  }
  expect([outOfExec, outOfWarn].map((out) => readdirSync(out))).toEqual([[], []]);
}, 120_000);

it('a VM that Bob stopped and started is refused, and released after a new approval by Alice', async () => {
  await world.vm.stop();
  await world.vm.start();
  const client = startClient(world, undefined, ['--exitAfterRelease']);
  const refused = await client.waitForEvent('client.will-retry');
  // Compute tells of a stop before the audit log does.
  expect(refused).toMatchObject({ reason: 'INSTANCE_STOPPED', healedBy: 'alice' });
  await client.waitForEvent('client.state', ({ state }) => state === 'refused');
  await approveWith(world, [raw('raw', 'fooobar')], ['--waive', 'no-unapproved-change']);
  expect(await client.ended).toBe(0);
}, 90_000);
