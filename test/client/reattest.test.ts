import { AppError, createLog, type HealedBy } from '../../src/base/index.js';
import { keepAttesting, type OnRevoked } from '../../src/client/reattest.js';
import { RefusedError } from '../../src/client/server-trouble.js';

const refused = (healedBy: HealedBy): RefusedError =>
  new RefusedError({ grpcCode: 7, reason: 'X', decisionId: 'd', remedy: 'r', healedBy, retryAfterSeconds: undefined }, undefined);

/** One answer per interval, then the signal. */
async function play(answers: readonly (Error | undefined)[], onRevoked: OnRevoked) {
  const waits: number[] = [];
  const events: string[] = [];
  const abort = new AbortController();
  const steps = [...answers];
  const commands: (readonly string[])[] = [];
  const end = await keepAttesting(
    () => {
      const next = steps.shift();
      return next === undefined ? Promise.resolve('quote') : Promise.reject(next);
    },
    { everySeconds: 60, onRevoked },
    {
      log: createLog({ name: 'test', level: 'debug', write: (line) => events.push((JSON.parse(line) as { event: string }).event) }),
      signal: abort.signal,
      exec: (command) => {
        commands.push(command);
        return Promise.resolve();
      },
      sleep: (ms) => {
        waits.push(ms);
        if (steps.length === 0) abort.abort();
        return Promise.resolve();
      },
    },
  );
  return { end, waits, events, commands };
}

test('proves the VM at each interval until the signal', async () => {
  expect(await play([undefined, undefined], 'stop')).toEqual({
    end: 'stopped',
    waits: [60_000, 60_000, 60_000],
    events: ['client.attested-again', 'client.attested-again'],
    commands: [],
  });
});

test.each(['alice', 'bob', 'nobody'] as const)(
  'a refusal that %s would have to heal is a revocation: stop ends it, warn goes on',
  async (healedBy) => {
    expect(await play([refused(healedBy), undefined], 'stop')).toMatchObject({ end: 'revoked', events: ['client.revoked'] });
    expect(await play([refused(healedBy), undefined], 'warn')).toMatchObject({
      end: 'stopped',
      events: ['client.revoked', 'client.attested-again'],
    });
  },
);

test('a server in trouble or out of reach revokes nothing', async () => {
  const { end, events } = await play([refused('time'), new AppError('SERVER_UNREACHABLE', 'down'), undefined], 'stop');
  expect({ end, events }).toEqual({
    end: 'stopped',
    events: ['client.not-attested-again', 'client.not-attested-again', 'client.attested-again'],
  });
});

test('exec runs its command at each revocation, and the proofs go on', async () => {
  expect(
    await play([refused('alice'), new AppError('SERVER_UNREACHABLE', 'down'), refused('bob'), undefined], { exec: ['/bin/notify', 'x'] }),
  ).toMatchObject({
    end: 'stopped',
    commands: [
      ['/bin/notify', 'x'],
      ['/bin/notify', 'x'],
    ],
  });
});
