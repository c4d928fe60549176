import { spawnSync } from 'node:child_process';
import { createKeyset } from '../../src/keyset/index.js';
import { flags } from '../../src/provisioner/config.js';
import { commands } from '../../src/provisioner/commands.js';
import { readConfig } from '../../src/provisioner/read-config.js';
import { articleNow, ArticleRun } from './support/article-run.js';
import { factsOf, goodVm } from './support/article-vms.js';

let run: ArticleRun;
beforeEach(() => {
  run = new ArticleRun(factsOf(goodVm));
});
afterEach(() => run.end());

describe('completion in bash', () => {
  /** What bash offers for the last word of a line. */
  async function offered(...words: string[]): Promise<readonly string[]> {
    const { printed } = await run.command(['completion']);
    const line = `${printed}\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _provisioner; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, status } = spawnSync('bash', ['--norc', '-c', line], { encoding: 'utf8', cwd: run.directory });
    expect(status).toBe(0);
    return stdout.split('\n').filter((word) => word !== '');
  }

  it('offers commands, flags, the words that a flag takes, and files', async () => {
    expect(await offered('provisioner', 're')).toEqual(['revoke', 'rewrap']);
    expect(await offered('provisioner', '')).toEqual(commands);
    expect(await offered('provisioner', 'show', '--clientVM')).toEqual(['--clientVMZone', '--clientVMId']);
    expect(await offered('provisioner', '--releasePolicy', 'i')).toEqual(['identity']);
    expect(await offered('provisioner', '--secretsFile', 'sec')).toEqual(['secrets.json']);
    expect(await offered('provisioner', 'show', 're')).toEqual([]);
  });

  it('knows every flag', async () => {
    const known = flags.filter(({ ignored }) => ignored === undefined).map(({ name }) => `--${name}`);
    expect((await offered('provisioner', '--')).toSorted()).toEqual(known.toSorted());
  });
});

describe('help', () => {
  it('names every command and every flag', async () => {
    const { printed, exitCode } = await run.command(['help']);
    expect(exitCode).toBe(0);
    for (const command of commands) expect(printed).toMatch(new RegExp(`^  ${command} `, 'm'));
    for (const { name } of flags.filter(({ doc }) => doc !== '')) expect(printed).toContain(`--${name}`);
  });

  it('has examples whose flags are accepted', async () => {
    const { printed } = await run.command(['help']);
    const [, examples = ''] = /for example:\n([^]*?)\n\n/.exec(printed) ?? [];
    const lines = examples.replaceAll(/\\\n\s*/g, '').split('\n').map((line) => line.trim()); // prettier-ignore
    expect(lines.length).toBeGreaterThanOrEqual(4);
    const pcr = '0'.repeat(64);
    for (const line of lines) {
      expect(line).toMatch(/^provisioner /);
      const words = line.split(/ +/).slice(1).map((word) => (word === '24af...' ? pcr : word)); // prettier-ignore
      expect(() => readConfig(words, articleNow)).not.toThrow();
    }
  });
});

describe('--json', () => {
  const store = ['--fireStoreProjectId', 'ts', '--clientVMId', goodVm.id];
  const lines: readonly (readonly [string, readonly string[]])[] = [
    ['list', []],
    ['show', []],
    ['history', []],
    ['diff', []],
    ['baseline', []],
    ['extend', ['--notAfter', '60d']],
    ['revoke', ['--why', 'x']],
    ['rewrap', ['--newSecretsKeyset', 'KEYSET']],
    ['verify-signature', ['--file', 'KEYSET', '--signature', 'KEYSET']],
  ];
  it.each(lines)('%s prints one JSON value on standard output and nothing else', async (command, more) => {
    const keyset = run.file('keyset', await createKeyset());
    const observed = { bank: 'sha256', pcrs: `{"0":"${'ab'.repeat(32)}"}`, resetCount: 1, restartCount: 0, observedAt: articleNow };
    run.cloud.notes.set(`observed.${goodVm.id}`, observed);
    await run.approve({ answers: ['y'] });
    const words = more.map((word) => (word === 'KEYSET' ? keyset : word));
    const outcome = await run.command([command, ...store, ...words, '--json'], { interactive: false });
    expect(outcome.results).toHaveLength(1);
    expect(() => JSON.stringify(outcome.results[0])).not.toThrow();
    expect(outcome.printed).toBe('');
  });

  it('names the problem where a command fails', async () => {
    const outcome = await run.command(['show', '--fireStoreProjectId', 'ts', '--clientVMId', '1', '--json']);
    expect(outcome.results).toEqual([{ outcome: 'error', exitCode: 6, problems: [expect.stringContaining('no approval of VM 1')] }]);
  });

  it.each([['tink'], ['service-account-key']])('%s of a file that is none ends with exit code 2 and prints nothing', async (command) => {
    const outcome = await run.command([
      command,
      '--name',
      'k',
      '--file',
      run.file('none', 'x'),
      '--secretsFile',
      run.file('s.json', '[]'),
      '--json',
    ]);
    expect(outcome.exitCode).toBe(2);
    expect(outcome.printed).toBe('');
  });
});
