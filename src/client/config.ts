import { dangerousEnvironment, FlagReader, type FlagSpec, type LogLevel } from '../base/index.js';
import { clientFlags, doctorFlags, signFlags } from './flags.js';
import type { OnRevoked } from './reattest.js';
import { workloadFlags } from './workload/flags.js';
import { readWorkloadPlan, type WorkloadPlan } from './workload/plan.js';

/** Where certificates and the key come from. With `secretManager` the three are resource names, else file paths. */
export interface TlsSources {
  readonly secretManager: boolean;
  readonly caChain: string;
  /** Present with mTLS. */
  readonly client: { readonly certificate: string; readonly key: string } | undefined;
}

/** What the client is asked to do: hold the secrets, run a workload with them, sign a file, or look at this machine. */
export type ClientCommand = 'hold' | 'run' | 'sign' | 'doctor';

/** A checked command line of `tokenclient`. */
export interface ClientConfig {
  /** host:port. */
  readonly address: string;
  readonly serverName: string;
  readonly audience: string;
  readonly tls: TlsSources;
  readonly pins: readonly string[];
  readonly serviceAccountFile: string | undefined;
  readonly useTpm: boolean;
  /** As given; undefined: the first TPM of this machine. */
  readonly tpmLocation: string | undefined;
  readonly attest: boolean;
  readonly exchangeSigningKey: boolean;
  readonly unsealPcr: number | undefined;
  readonly reattestSeconds: number | undefined;
  readonly onRevoked: OnRevoked;
  /** Undefined: ask without end. */
  readonly maxAttempts: number | undefined;
  readonly pollWaitSeconds: number;
  /** Did the operator choose pollWaitSeconds? Then every wait is that long. */
  readonly pollWaitIsGiven: boolean;
  readonly outDirectory: string | undefined;
  readonly socketPath: string | undefined;
  readonly strictHygiene: boolean;
  readonly exitAfterRelease: boolean;
  /** Present with `run`. */
  readonly workload: WorkloadPlan | undefined;
  /** For `sign`. */
  readonly inputFile: string | undefined;
  /** For `sign` and `doctor`. */
  readonly printsJson: boolean;
  /** Present: local mode. */
  readonly endpointsFile: string | undefined;
  readonly logLevel: LogLevel;
}

const secretManagerName = /^projects\/[a-z0-9.:-]+\/secrets\/[A-Za-z0-9_-]{1,255}(?:\/versions\/(?:latest|[0-9]+))?$/;
const pinPattern = /^sha256\/[A-Za-z0-9+/]{43}=$/;
const loopbackHosts: readonly string[] = ['localhost', '127.0.0.1', '[::1]', '::1'];

/** Every flag of every command but `tpm`, in the order of `--help`. */
export const flags: readonly FlagSpec[] = [...clientFlags, ...workloadFlags, ...signFlags];

/** The flags of each command. */
const flagsOf: Readonly<Record<ClientCommand, readonly FlagSpec[]>> = {
  hold: clientFlags,
  run: [...clientFlags, ...workloadFlags],
  sign: [...clientFlags, ...signFlags],
  doctor: [...clientFlags, ...doctorFlags],
};

/**
 * Reads the command line of `tokenclient`, without the name of the command. Touches no file, device or network.
 * @returns undefined when help was asked for.
 * @throws AppError CONFIG_INVALID with every problem, one per line.
 */
export function readConfig(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  command: ClientCommand = 'hold',
): ClientConfig | undefined {
  const flags = new FlagReader(flagsOf[command], args);
  if (flags.flag('help')) return undefined;
  if (command !== 'run') for (const word of flags.rest) flags.problem(`"${word}" is not a flag of tokenclient: --help lists all`);
  checkServer(flags);
  checkTls(flags);
  checkTpm(flags);
  checkRun(flags, command);
  checkLocalMode(flags, env);
  const config = configOf(flags, command);
  flags.finish();
  return config;
}

function configOf(flags: FlagReader, command: ClientCommand): ClientConfig {
  return {
    address: flags.requiredText('address'),
    serverName: flags.requiredText('sniServerName'),
    audience: flags.requiredText('tsAudience'),
    tls: tlsSources(flags),
    pins: flags.list('tlsServerPin'),
    serviceAccountFile: flags.text('serviceAccount'),
    useTpm: flags.flag('useTPM'),
    tpmLocation: flags.text('tpm'),
    attest: flags.flag('doAttestation'),
    exchangeSigningKey: flags.flag('exchangeSigningKey'),
    unsealPcr: flags.number('unsealPcr'),
    reattestSeconds: flags.number('reattestSeconds'),
    onRevoked: readOnRevoked(flags),
    maxAttempts: flags.number('maxLoop'),
    pollWaitSeconds: flags.numberOrDefault('pollWaitSeconds'),
    pollWaitIsGiven: flags.isGiven('pollWaitSeconds'),
    outDirectory: flags.text('out'),
    socketPath: flags.text('socket'),
    strictHygiene: flags.flag('strictHygiene'),
    exitAfterRelease: flags.flag('exitAfterRelease'),
    workload: command === 'run' ? readWorkloadPlan(flags) : undefined,
    inputFile: command === 'sign' ? flags.text('in') : undefined,
    printsJson: (command === 'sign' || command === 'doctor') && flags.flag('json'),
    endpointsFile: flags.text('endpoints'),
    logLevel: flags.numberOrDefault('v') >= 5 ? 'debug' : 'info',
  };
}

function tlsSources(flags: FlagReader): TlsSources {
  const secretManager = flags.flag('useSecrets');
  const caChain = flags.requiredText('tlsCertChain', "the CA certificates that the TokenServer's chain must end in");
  if (!flags.flag('useMTLS')) return { secretManager, caChain, client: undefined };
  const certificate = flags.requiredText('tlsClientCert', '--useMTLS presents it');
  const key = flags.requiredText('tlsClientKey', '--useMTLS needs the key of the client certificate');
  return { secretManager, caChain, client: { certificate, key } };
}

function checkServer(flags: FlagReader): void {
  const address = flags.text('address');
  if (address !== undefined && !isHostAndPort(address))
    flags.problem(`--address is host:port, for example 34.1.2.3:50051, not "${address}"`);
  for (const pin of flags.list('tlsServerPin')) {
    if (!pinPattern.test(pin)) flags.problem(`--tlsServerPin is sha256/ and 44 characters of base64, not "${pin}"`);
  }
}

function checkTls(flags: FlagReader): void {
  if (!flags.flag('useMTLS')) {
    for (const name of ['tlsClientCert', 'tlsClientKey'])
      if (flags.isGiven(name)) flags.problem(`--${name} is given without --useMTLS: add --useMTLS`);
  }
  for (const name of ['tlsCertChain', 'tlsClientCert', 'tlsClientKey']) {
    const value = flags.text(name);
    if (value === undefined) continue;
    const isResourceName = secretManagerName.test(value);
    if (flags.flag('useSecrets') && !isResourceName) {
      flags.problem(
        `--useSecrets needs a Secret Manager name in --${name}: projects/N/secrets/S or projects/N/secrets/S/versions/V, not "${value}"`,
      );
    }
    if (!flags.flag('useSecrets') && isResourceName) flags.problem(`--${name} is a Secret Manager name: add --useSecrets, or give a file`);
  }
}

/** The first flag makes no sense without the second. */
const tpmNeeds = [
  ['exchangeSigningKey', 'doAttestation'],
  ['doAttestation', 'useTPM'],
  ['unsealPcr', 'useTPM'],
  ['tpm', 'useTPM'],
  ['reattestSeconds', 'doAttestation'],
  ['onRevoked', 'reattestSeconds'],
] as const;

const switches: readonly string[] = clientFlags.filter(({ kind }) => kind === 'boolean').map(({ name }) => name);

/** A switch that is true, or any other flag that is given. */
const isOn = (flags: FlagReader, name: string): boolean => (switches.includes(name) ? flags.flag(name) : flags.isGiven(name));

function checkTpm(flags: FlagReader): void {
  for (const [name, needed] of tpmNeeds) if (isOn(flags, name) && !isOn(flags, needed)) flags.problem(`--${name} needs --${needed}`);
  const pcr = flags.number('unsealPcr');
  if (pcr !== undefined && pcr > 23) flags.problem(`--unsealPcr is a PCR, 0 to 23, not ${pcr}`);
}

function readOnRevoked(flags: FlagReader): OnRevoked {
  const text = flags.text('onRevoked') ?? '';
  if (text === 'warn' || text === 'stop') return text;
  const [word, ...command] = text.split(/\s+/);
  if (word === 'exec' && command.length > 0) return { exec: command };
  flags.problem(`--onRevoked is warn, stop or "exec CMD ARGS", not "${text}"`);
  return 'warn';
}

/** Flags that say what to do with secrets. */
const holdingFlags = ['out', 'socket', 'exitAfterRelease', 'reattestSeconds'] as const;

function checkRun(flags: FlagReader, command: ClientCommand): void {
  if (command === 'sign')
    for (const name of holdingFlags) if (isOn(flags, name)) flags.problem(`--${name} is not for tokenclient sign: it receives no secret`);
  if (command === 'run' && flags.flag('exitAfterRelease'))
    flags.problem('--exitAfterRelease is not for tokenclient run: it ends with the workload');
  if (command === 'sign' && !flags.flag('exchangeSigningKey'))
    flags.problem('tokenclient sign needs --exchangeSigningKey: it signs with the key that the TokenServer verified');
  if (flags.flag('exitAfterRelease')) flags.forbidTogether('exitAfterRelease', 'socket', 'the socket lives as long as the client');
  for (const name of ['maxLoop', 'pollWaitSeconds', 'reattestSeconds'])
    if (flags.number(name) === 0) flags.problem(`--${name} is at least 1`);
}

/** What would change whom we trust is allowed together with --endpoints only, and then everything is on loopback. */
function checkLocalMode(flags: FlagReader, env: Readonly<Record<string, string | undefined>>): void {
  const tpm = flags.text('tpm');
  const address = flags.text('address');
  if (flags.text('endpoints') !== undefined) {
    if (address !== undefined && isHostAndPort(address) && !loopbackHosts.includes(hostOf(address))) {
      flags.problem(`--endpoints is for local mode: --address must be a loopback address, not "${address}"`);
    }
    return;
  }
  if (tpm !== undefined && !tpm.startsWith('/'))
    flags.problem('--tpm is a device such as /dev/tpmrm0; tcp:// and unix: go only with --endpoints');
  for (const name of dangerousEnvironment(env)) {
    flags.problem(`environment variable ${name} is set: it changes whom this process trusts; unset it, or use --endpoints for local mode`);
  }
}

const hostOf = (address: string): string => address.slice(0, address.lastIndexOf(':'));

function isHostAndPort(address: string): boolean {
  const port = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]{1,253}):([0-9]{1,5})$/.exec(address)?.[1];
  return port !== undefined && Number(port) >= 1 && Number(port) <= 65_535;
}
