import { AppError } from '../../src/base/index.js';
import { readConfig } from '../../src/client/config.js';
import { namedSecrets, type WorkloadPlan } from '../../src/client/workload/plan.js';

const minimal = ['--address', 'ts.example:50051', '--tsAudience', 'x', '--tlsCertChain', 'ca.pem'];

function planOf(...args: readonly string[]): WorkloadPlan {
  const plan = readConfig([...minimal, ...args], {}, 'run')?.workload;
  if (plan === undefined) throw new Error('no plan');
  return plan;
}

function problemsOf(...args: readonly string[]): string {
  try {
    planOf(...args);
  } catch (error) {
    if (error instanceof AppError && error.code === 'CONFIG_INVALID') return error.message;
    throw error;
  }
  return '';
}

test('the first word that is no flag begins the workload, with or without --; its own flags are its own', () => {
  for (const dashes of [['--'], []])
    expect(planOf('--fd', '3=a', ...dashes, 'server', '--fd', '9=x')).toMatchObject({
      start: { command: 'server', args: ['--fd', '9=x'] },
      fds: [{ fd: 3, secret: 'a' }],
    });
});

test('every secret that is named anywhere is known before the release', () => {
  const plan = planOf('--env', 'A=one', '--fd', '3=two', '--googleCredentials', 'three', '--', 'x');
  expect([...namedSecrets(plan, ['k={{secret:four}},{{secret:five}}', '{{secrets}}'])].sort()).toEqual([
    'five',
    'four',
    'one',
    'three',
    'two',
  ]);
});

test('--payload takes the place of the command', () => {
  expect(planOf('--payload', 'app')).toMatchObject({ start: { payload: 'app' } });
});

test.each([
  ['no', 0],
  ['on-failure', Infinity],
  ['on-failure:3', 3],
])('--restart %s: at most %d', (text, maxRestarts) => {
  expect(planOf('--restart', text, '--', 'x')).toMatchObject({ maxRestarts });
});

test.each<[string, readonly string[], RegExp]>([
  ['no command', [], /run needs a command/],
  ['a command beside a payload', ['--payload', 'app', '--', 'x'], /--payload app starts the command that Alice allowed: leave out "x"/],
  ['a variable that changes what is loaded', ['--env', 'LD_PRELOAD=a', '--', 'x'], /LD_PRELOAD: this variable is not for secrets/],
  ['a variable twice', ['--env', 'A=a', '--env', 'A=b', '--', 'x'], /A is given twice/],
  ['no secret', ['--env', 'A', '--', 'x'], /--env is NAME=SECRET/],
  ['standard error as descriptor', ['--fd', '2=a', '--', 'x'], /3 to 63/],
  ['descriptor 64', ['--fd', '64=a', '--', 'x'], /3 to 63/],
  ['a descriptor twice', ['--fd', '3=a', '--fd', '3=b', '--', 'x'], /3 is given twice/],
  ['a template that is none', ['--', 'x', '{{secret:a b}}'], /is no template/],
  ['a template for the command', ['--', '{{secret:a}}'], /only its arguments/],
  ['a path without files', ['--files=false', '--', 'x', '{{secret:a}}'], /--files=false leaves no path/],
  ['credentials without files', ['--files=false', '--googleCredentials', 'a', '--', 'x'], /--googleCredentials needs files/],
  ['an unknown policy', ['--restart', 'always', '--', 'x'], /--restart is no, on-failure or on-failure:N/],
  ['an end at once', ['--exitAfterRelease', '--', 'x'], /--exitAfterRelease is not for tokenclient run/],
])('%s is refused', (_, args, problem) => {
  expect(problemsOf(...args)).toMatch(problem);
});

test('what stands after = is not repeated: it may be a value', () => {
  expect(problemsOf('--env', '1=canary', '--fd', 'x=canary', '--', 'x')).not.toContain('canary');
});

test('flags of run are no flags of a client that holds secrets', () => {
  expect(() => readConfig([...minimal, '--fd', '3=a'], {})).toThrow(/unknown flag --fd/);
});

test('sign needs the key exchange and takes no directory', () => {
  expect(() => readConfig([...minimal, '--out', '/run/x'], {}, 'sign')).toThrow(
    /--out is not for tokenclient sign[^]*needs --exchangeSigningKey/,
  );
});

test('--onRevoked exec takes a command and its arguments', () => {
  const proofs = ['--useTPM', '--doAttestation', '--reattestSeconds', '60'];
  expect(readConfig([...minimal, ...proofs, '--onRevoked', 'exec /bin/notify now'], {})?.onRevoked).toEqual({
    exec: ['/bin/notify', 'now'],
  });
  expect(() => readConfig([...minimal, ...proofs, '--onRevoked', 'exec'], {})).toThrow(/--onRevoked is warn, stop or/);
});
