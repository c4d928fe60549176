import { fail, warn, type ReviewFinding } from '../../finding.js';
import type { Command } from './commands.js';
import { dockerWords } from './docker.js';
import { readDockerRun } from './docker-run.js';

type Placed = Command & { readonly where: string };

/** Above this the Go client prints the secrets that it receives. */
const maxVerbosity = 19;

/** The arguments with which the TokenClient runs: does it know Alice's server, and only it; does it keep secrets to itself? */
export function lintClient(commands: readonly Placed[]): readonly ReviewFinding[] {
  const clients = commands.flatMap((command) => {
    const [subcommand, ...rest] = dockerWords(command) ?? [];
    const { argumentsOfImage } = readDockerRun(subcommand === 'run' || subcommand === 'create' ? rest : []);
    const given = flagsOf(argumentsOfImage);
    return given.has('address') ? [{ given, where: command.where }] : [];
  });
  if (clients.length === 0)
    return [
      warn('script-client', 'no container is given the --address of a TokenServer', 'make sure that the script starts a TokenClient'),
    ];
  return clients.flatMap(({ given, where }) => [...missing(given, where), ...harmful(given, where)]);
}

/** Go's flag rules: one dash or two, the value behind `=` or a blank. */
function flagsOf(words: readonly string[]): ReadonlyMap<string, string> {
  const given = new Map<string, string>();
  for (const [i, word] of words.entries()) {
    const [, name, value] = /^--?([A-Za-z][A-Za-z0-9]*)(?:=(.*))?$/.exec(word) ?? [];
    if (name !== undefined) given.set(name, value ?? words[i + 1] ?? '');
  }
  return given;
}

function missing(given: ReadonlyMap<string, string>, where: string): readonly ReviewFinding[] {
  const findings: ReviewFinding[] = [];
  if (!/^sha256\/[A-Za-z0-9+/]{43}=(?:,|$)/.test(given.get('tlsServerPin') ?? ''))
    findings.push(
      fail(
        'script-server-pin',
        `${where}the client pins no server key: its CA comes from Bob's project, so Bob can put a server of his own between`,
        'have the VM made with --tlsServerPin (npm run certs prints it)',
        true,
      ),
    );
  if (!given.has('tsAudience'))
    findings.push(warn('script-audience', `${where}the client has no --tsAudience`, 'add it: tokens for another audience are refused'));
  if (!given.has('doAttestation') || given.get('doAttestation') === 'false')
    findings.push(
      warn('script-attestation', `${where}the client has no --doAttestation`, 'add it: without it an attested approval releases nothing'),
    );
  return findings;
}

function harmful(given: ReadonlyMap<string, string>, where: string): readonly ReviewFinding[] {
  const findings: ReviewFinding[] = [];
  const without = 'have the VM made without it';
  if (given.has('endpoints'))
    findings.push(
      fail('script-endpoints', `${where}--endpoints points the TokenClient at something that is not Google Cloud`, without, true),
    );
  const verbosity = Number(given.get('v') ?? 0);
  if (!(verbosity <= maxVerbosity))
    findings.push(
      fail(
        'script-logging',
        `${where}--v=${given.get('v') ?? ''}: at this level the Go client prints the secrets`,
        'have the VM made with --v=10 or less',
        true,
      ),
    );
  return findings;
}
