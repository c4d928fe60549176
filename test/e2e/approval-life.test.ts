import { readdir } from 'node:fs/promises';
import { story, type Program } from '../../src/localcloud/index.js';
import { Caller } from './support/caller.js';
import { World } from './support/world.js';

// What Alice does around an approval, with the real provisioner, server and client: she sees who waits, lets an approval end,
// sees why the client is refused, and extends it.

let world: World;
beforeAll(async () => {
  world = await World.open(['--clientProjects', story.bob.project.id]);
}, 60_000);
afterAll(() => world.close());

const provisioner = async (...args: readonly string[]): Promise<Program> => {
  const store = ['--endpoints', world.stage.path('alice.json'), '--fireStoreProjectId', story.alice.project.id];
  const program = world.stage.start('provisioner', [...args, ...store]);
  await program.ended;
  return program;
};

/** Asks again until the answer is there: another process writes it, and tells nobody. */
async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

interface Waiting {
  readonly instanceId: string;
  readonly review: readonly string[];
}

const startClient = (): Program => {
  const flags = ['--pollWaitSeconds', '1', '--out', world.stage.memoryDirectory, '--exitAfterRelease'];
  return world.stage.startClient(world.vm, world.setting, flags);
};

it('a VM that asks before anybody approved it is told by pending, with a command that reviews it and writes nothing', async () => {
  const client = startClient();
  await client.waitForEvent('client.will-retry', ({ reason }) => reason === 'INSTANCE_UNKNOWN');
  const waiting = await until(async () => {
    const { lines } = await provisioner('pending', '--json');
    const { pending } = JSON.parse(lines.find((line) => line.startsWith('{')) ?? '') as { pending: readonly Waiting[] };
    return pending.find(({ instanceId }) => instanceId === world.vm.id);
  });
  expect(waiting).toMatchObject({ project: world.vm.project, zone: world.vm.zone, instanceName: world.vm.name });
  const review = world.stage.start('provisioner', waiting.review.slice(1));
  expect(await review.ended).toBe(0);
  expect(review.output).toContain('--dryRun: nothing is written');
  expect(review.output).toContain(world.vm.id);
  expect((await provisioner('list')).output).toContain('0 approvals');
  await client.stop();
}, 120_000);

it('an approval that ended refuses, show says so and why, and extend lets the same client have its secrets, untouched', async () => {
  await world.mustApprove(['--maxReleases', '1', '--notAfter', new Date(Date.now() + 12_000).toISOString()]);
  const caller = new Caller(world);
  try {
    await until(async () => {
      const answer = await caller.getToken();
      return 'reason' in answer && answer.reason === 'APPROVAL_EXPIRED' ? true : undefined;
    });
  } finally {
    caller.close();
  }
  const client = startClient();
  await client.waitForEvent('client.will-retry', ({ reason }) => reason === 'APPROVAL_EXPIRED');
  const shown = await until(async () => {
    const { output } = await provisioner('show', '--clientVMId', world.vm.id);
    return /why +APPROVAL_EXPIRED/.test(output) ? output : undefined;
  });
  expect(shown).toContain('(EXPIRED)');
  expect(shown).toMatch(/last decision +refused at stage record/);
  expect(shown).toMatch(/releases +0 of 1/);

  const extended = await provisioner('extend', '--clientVMId', world.vm.id, '--notAfter', '1h');
  expect(extended.output).toContain('extended: the approval of');
  expect(await client.ended).toBe(0);
  expect((await readdir(world.stage.memoryDirectory)).sort()).toEqual(['secret1', 'secret2']);
  expect((await provisioner('show', '--clientVMId', world.vm.id)).output).toMatch(/releases +1 of 1/);
}, 180_000);
