import { fail, ok, warn, type ReviewFinding } from '../../finding.js';
import type { Command } from './commands.js';
import { dockerWords } from './docker.js';
import { readDockerRun } from './docker-run.js';

type Placed = Command & { readonly where: string };

/** Above this the Go client prints the secrets that it receives. */
const maxVerbosity = 19;

const without = 'have the VM made without it';

/** The arguments with which the TokenClient runs: does it know Alice's server, and only it; does it keep secrets to itself? */
export function lintClient(commands: readonly Placed[]): readonly ReviewFinding[] {
  const clients = commands.flatMap((command) => {
    const [subcommand, ...rest] = dockerWords(command) ?? [];
    const { argumentsOfImage } = readDockerRun(subcommand === 'run' || subcommand === 'create' ? rest : []);
    const { given, strange } = flagsOf(argumentsOfImage);
    return given.has('address') ? [{ given, strange, where: command.where }] : [];
  });
  if (clients.length === 0)
    return [
      warn('script-client', 'no container is given the --address of a TokenServer', 'make sure that the script starts a TokenClient'),
    ];
  return clients.flatMap(({ given, strange, where }) => [
    ...strange.map((word) =>
      fail(
        'script-arguments',
        `${where}"${word}" stands where the client expects ${word.startsWith('-') ? 'a value' : 'a flag'}`,
        without,
        true,
      ),
    ),
    ...serverOf(given, where),
    ...missing(given, where),
    ...harmful(given, where),
  ]);
}

/** Flags of the TokenClient that take no value (docs/config.md); a test compares them with the client's own. */
export const clientSwitches: ReadonlySet<string> = new Set([
  ...['useMTLS', 'useALTS', 'useSecrets', 'useTPM', 'doAttestation', 'exchangeSigningKey', 'strictHygiene', 'exitAfterRelease'],
  ...['alsologtostderr', 'logtostderr', 'help', 'h', 'json'],
]);

type Flags = ReadonlyMap<string, readonly string[]>;

/**
 * Go's flag rules: one dash or two, the value behind `=` or a blank; flags end at `--` and at the first word that is none.
 * `strange` is a word there that is not known to belong. `run` stands before the flags, its workload behind them.
 */
function flagsOf(words: readonly string[]): { readonly given: Flags; readonly strange: readonly string[] } {
  const given = new Map<string, string[]>();
  const isRun = words[0] === 'run';
  for (let i = isRun ? 1 : 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const [, name, inline] = /^--?([A-Za-z]\w*)(?:=(.*))?$/.exec(word) ?? [];
    if (name === undefined) return { given, strange: isRun ? [] : [word] };
    const isValued = inline === undefined && !clientSwitches.has(name);
    const value = inline ?? (isValued ? (words[++i] ?? '') : 'true');
    if (isValued && value.startsWith('-')) return { given, strange: [value] };
    given.set(name, [...(given.get(name) ?? []), value]);
  }
  return { given, strange: [] };
}

/** The last of a flag that is given more than once, as the client takes it. */
const last = (given: Flags, name: string): string | undefined => given.get(name)?.at(-1);

/** Which servers does the client trust, and for which does it ask its token? Only Alice can compare the pins with her own. */
function serverOf(given: Flags, where: string): readonly ReviewFinding[] {
  const pins = given.get('tlsServerPin') ?? [];
  const wrong = pins.filter((pin) => !/^sha256\/[A-Za-z0-9+/]{43}=$/.test(pin));
  if (pins.length > 0 && wrong.length === 0)
    return [ok('script-server-pin', `${where}the client trusts servers with these keys alone: ${pins.join(' ')}`)];
  const what = pins.length === 0 ? 'pins no server key' : `is given a pin that is none (${wrong.join(' ')})`;
  return [
    fail(
      'script-server-pin',
      `${where}the client ${what}: its CA comes from Bob's project, so Bob can put a server of his own between`,
      'have the VM made with --tlsServerPin (npm run certs prints it)',
      true,
    ),
  ];
}

function missing(given: Flags, where: string): readonly ReviewFinding[] {
  const findings: ReviewFinding[] = [];
  if (!given.has('tsAudience'))
    findings.push(
      fail('script-audience', `${where}the client has no --tsAudience`, 'add it: tokens for another audience are refused', true),
    );
  if (!given.has('doAttestation') || last(given, 'doAttestation') === 'false')
    findings.push(
      warn('script-attestation', `${where}the client has no --doAttestation`, 'add it: without it an attested approval releases nothing'),
    );
  return findings;
}

function harmful(given: Flags, where: string): readonly ReviewFinding[] {
  const findings: ReviewFinding[] = [];
  if (given.has('endpoints'))
    findings.push(
      fail('script-endpoints', `${where}--endpoints points the TokenClient at something that is not Google Cloud`, without, true),
    );
  const verbosity = Number(last(given, 'v') ?? 0);
  if (!(verbosity <= maxVerbosity))
    findings.push(
      fail(
        'script-logging',
        `${where}--v=${last(given, 'v') ?? ''}: at this level the Go client prints the secrets`,
        'have the VM made with --v=10 or less',
        true,
      ),
    );
  return findings;
}
