import { isAppError } from '../../src/base/index.js';
import { readConfig } from '../../src/provisioner/read-config.js';
import { articleCommands, commandWords } from './support/article.js';

const now = new Date('2026-01-01T00:00:00Z');

/** The configuration, or the lines of the refusal. */
function read(args: readonly string[]): { config?: ReturnType<typeof readConfig>; problems: string[] } {
  try {
    return { config: readConfig(args, now), problems: [] };
  } catch (error) {
    if (isAppError(error, 'CONFIG_INVALID')) return { problems: error.message.split('\n') };
    throw error;
  }
}

describe("the article's provisioner command lines", () => {
  it.each(articleCommands)('%s', (_name, line, expected) => {
    const { config, problems } = read(commandWords(line));
    if (expected === 'works') {
      expect(problems).toEqual([]);
      expect(config).toBeDefined();
    } else {
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatch(new RegExp(`^--${expected} is missing`));
      expect(read([...commandWords(line), `--${expected}`, '0'.repeat(64)]).problems).toEqual([]);
    }
  });

  it('are understood as the article means them', () => {
    const [, attested] = articleCommands[1]!;
    expect(read(commandWords(attested)).config).toMatchObject({
      command: 'approve',
      firestoreProject: 'ts-project',
      collection: 'foo',
      target: { project: 'tc-project', zone: 'us-central1-a', nameOrId: '8939838129032687278' },
      secretsFile: 'secrets.json',
      releasePolicy: 'attested',
      pcrPolicy: { sha256: { '0': ['24af52a4f429b71a3184a6d64cddad17e54ea030e2aa6576bf3a5a3d8bd3328f'] } },
    });
    const [, sealing] = articleCommands.find(([name]) => name.includes('seals'))!;
    expect(read(commandWords(sealing)).config).toMatchObject({ command: 'seal', text: 'datasealedtotpm', pcrs: { bank: 'sha256' } });
    const [, sev] = articleCommands.find(([name]) => name.includes('SEV'))!;
    expect(read(commandWords(sev)).config).toMatchObject({
      peerAddress: '34.121.225.36',
      peerSerialNumber: '5',
      pcrPolicy: { sha256: { '0': ['0f35c214608d93c7a6e68ae7359b4a8be5a0e99eea9107ece427c4dea4e439cf'] } },
      notes: [expect.stringContaining('--pcrValues')],
    });
  });
});
