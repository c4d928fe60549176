import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { join } from 'node:path';
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

  it('of a command has its examples and its flags; every flag is one of some command', async () => {
    const named = commands.filter((command) => command !== 'help');
    const pages = await Promise.all(named.map(async (command) => (await run.command([command, '--help'])).printed));
    for (const [i, page] of pages.entries()) {
      expect(page).toContain(`usage: provisioner ${named[i]}`);
      expect(page).toMatch(/\nfor example:\n {2}\S/);
    }
    const listed = new Set(pages.flatMap((page) => [...page.matchAll(/^ {2}--(\w+)/gm)].map(([, name]) => name)));
    const known = flags.filter(({ doc, refused }) => doc !== '' && refused === undefined);
    expect(known.map(({ name }) => name).filter((name) => !listed.has(name))).toEqual([]);
    expect((await run.command(['help', 'seal'])).printed).toBe((await run.command(['seal', '--help'])).printed);
  });

  /** The example lines of a page, as a shell would read them, with the files of the test in the place of those named. */
  async function examplesOf(command: string): Promise<readonly (readonly string[])[]> {
    const { printed } = await run.command([command, '--help']);
    const [, text = ''] = /for example:\n([^]*?)\n\n/.exec(printed) ?? [];
    const lines = text.replaceAll(/\\\n\s*/g, '').split('\n').map((line) => line.trim().replace(/ > policy.json$/, '')); // prettier-ignore
    return lines.map((line) => {
      expect(line).toMatch(/^provisioner /);
      const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '').slice(1);
      return words.map((word) => (/\.(?:json|bin|sig)$/.test(word) ? join(run.directory, word) : word));
    });
  }

  it.each(commands.filter((name) => !['completion', 'help', 'service-account-key'].includes(name)))(
    'the examples of %s work, as they are printed, and look at no flag that the page does not name',
    async (command) => {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      run.file('keyset.bin', await createKeyset());
      run.file('new.bin', await createKeyset());
      run.file('key.bin', 'sixteen bytes...');
      run.file('data.bin', 'data');
      run.file('data.sig', sign('sha256', Buffer.from('data'), privateKey));
      const publicPem = run.file('public.pem', publicKey.export({ type: 'spki', format: 'pem' }));
      const isStored = ['show', 'diff', 'history', 'extend', 'revoke', 'rewrap'].includes(command);
      if (isStored) {
        const keyset = ['--secretsKeyset', join(run.directory, 'keyset.bin')];
        expect((await run.approve({ without: ['--acceptClearSecrets'], flags: keyset, answers: ['y'] })).exitCode).toBe(0);
      }
      run.cloud.notes.set(`observed.${goodVm.id}`, {
        ...{ bank: 'sha256', pcrs: JSON.stringify({ 0: ['ab'.repeat(32)] }), resetCount: 1, restartCount: 0, observedAt: articleNow },
      });
      const page = (await run.command([command, '--help'])).printed;
      for (const words of await examplesOf(command)) {
        for (const flag of words.filter((word) => word.startsWith('--'))) expect(page).toMatch(new RegExp(`^  ${flag}(?: |$)`, 'm'));
        const more = command === 'verify-signature' ? ['--publicKey', publicPem] : [];
        const outcome = await run.command([...words, ...more], { answers: ['y'] });
        expect([outcome.complaints.join(), outcome.exitCode]).toEqual([expect.any(String), 0]);
      }
    },
  );

  it('the example of service-account-key is understood', async () => {
    for (const words of await examplesOf('service-account-key'))
      expect(readConfig(words, articleNow)).toMatchObject({ command: 'service-account-key', name: 'worker' });
  });

  it('no line of any page is longer than 80 columns, but a flag with its aliases', async () => {
    for (const command of commands) {
      const lines = (await run.command([command, '--help'])).printed.split('\n');
      expect(lines.filter((line) => line.length > 80 && !/^ {2}--/.test(line) && line.includes(' '))).toEqual([]);
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
