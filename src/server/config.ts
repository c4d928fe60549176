import { isIP } from 'node:net';
import { dangerousEnvironment, FlagReader, type LogLevel } from '../base/index.js';
import type { ServerPolicy } from '../appraisal/index.js';
import { flags } from './flag-table.js';
import { readPcrFlags } from './pcr-flags.js';

export { flags } from './flag-table.js';

/** Where to listen; an empty host means every address of the machine. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Where certificate, key and client authorities come from. */
export interface TlsSources {
  readonly from: 'files' | 'secret-manager';
  readonly certificate: string;
  readonly key: string;
  /** Present exactly with --useMTLS. */
  readonly clientAuthorities: string | undefined;
}

/** Everything that the flags say, checked against each other. Files are not read yet. */
export interface ServerConfig {
  readonly listen: ListenAddress;
  readonly health: ListenAddress | undefined;
  readonly metrics: ListenAddress | undefined;
  readonly tls: TlsSources;
  readonly policy: ServerPolicy;
  readonly useTpm: boolean;
  readonly firestoreProject: string;
  readonly recordCollection: string;
  readonly sessionStore: 'memory' | 'firestore';
  readonly limits: {
    readonly sessions: number;
    readonly connections: number;
    readonly callsPerMinute: number;
    readonly callsPerMinutePerInstance: number;
    /** Of this replica: its share of what --loggingReadsPerMinute allows to all of them. */
    readonly loggingReadsPerMinute: number;
  };
  readonly secretsKeysetFile: string | undefined;
  /** Projects whose VMs are noted when they ask without a record. */
  readonly clientProjects: readonly string[];
  readonly decisionLogName: string | undefined;
  /** The file that makes this local mode. */
  readonly endpointsFile: string | undefined;
  readonly checkOnly: boolean;
  readonly logLevel: LogLevel;
}

/** Each takes a little memory, and may cost writes. */
const maxClientProjects = 100;

/** A session lives this long after its settle time. */
export const sessionGraceSeconds = 300;

/**
 * Reads the command line of the TokenServer.
 * @throws AppError CONFIG_INVALID with every problem, one per line.
 */
export function readConfig(args: readonly string[], env: Readonly<Record<string, string | undefined>>): ServerConfig {
  const reader = new FlagReader(flags, args);
  if (reader.rest.length > 0) reader.problem(`unexpected word "${reader.rest[0] ?? ''}" after the flags`);
  const endpointsFile = reader.text('endpoints');
  checkEnvironment(reader, env, endpointsFile);
  const config: ServerConfig = {
    listen: readAddress(reader, 'grpcport', reader.text('grpcport') ?? '', endpointsFile),
    health: readOptionalAddress(reader, 'healthPort', endpointsFile),
    metrics: readOptionalAddress(reader, 'metricsPort', endpointsFile),
    tls: readTls(reader),
    policy: readPolicy(reader),
    useTpm: reader.flag('useTPM'),
    firestoreProject: reader.requiredText('firestoreProjectId'),
    recordCollection: reader.text('firestoreCollectionName') ?? 'foo',
    sessionStore: oneOf(reader, 'sessionStore', ['memory', 'firestore']),
    limits: readLimits(reader),
    secretsKeysetFile: reader.text('secretsKeyset'),
    clientProjects: readProjects(reader),
    decisionLogName: reader.text('decisionLogName'),
    endpointsFile,
    checkOnly: reader.flag('checkConfig'),
    logLevel: reader.numberOrDefault('v') >= 20 ? 'debug' : 'info',
  };
  if (config.sessionStore === 'memory' && reader.numberOrDefault('replicas') > 1) {
    reader.problem('--replicas above 1 and --sessionStore memory exclude each other: use --sessionStore firestore');
  }
  reader.finish();
  return Object.freeze(config);
}

/** `--help` on the command line, alone or among others? */
export const wantsHelp = (args: readonly string[]): boolean => args.some((arg) => /^--?(?:help|h)$/.test(arg));

function checkEnvironment(reader: FlagReader, env: Readonly<Record<string, string | undefined>>, endpointsFile: string | undefined): void {
  if (endpointsFile !== undefined) return;
  for (const name of dangerousEnvironment(env)) {
    reader.problem(
      `the environment variable ${name} is set: it changes whom this process trusts; unset it (it is allowed with --endpoints only)`,
    );
  }
}

function readPolicy(reader: FlagReader): ServerPolicy {
  const settleSeconds = reader.numberOrDefault('settleSeconds');
  const maxAge = reader.numberOrDefault('attestationMaxAgeSeconds');
  return {
    audience: reader.requiredText(
      'tsAudience',
      'name the audience that clients ask their identity token for, for example https://tokenserver.example.com',
    ),
    maxTokenAgeSeconds: reader.numberOrDefault('jwtIssuedAtJitter'),
    clockSkewSeconds: reader.numberOrDefault('clockSkewSeconds'),
    validatePeerAddress: reader.flag('validatePeerIP'),
    validatePeerCertificate: reader.flag('validatePeerSN'),
    metadataScope: oneOf(reader, 'metadataScope', ['acting', 'strict']),
    settleSeconds,
    attestationMaxAgeSeconds: maxAge === 0 ? settleSeconds + sessionGraceSeconds : maxAge,
    requiredPcrs: readPcrFlags(reader.list('pcr'), reader.text('expectedPCRValue'), (line) => reader.problem(line)),
  };
}

/** @see https://cloud.google.com/resource-manager/docs/creating-managing-projects (project ids, also of a domain) */
function readProjects(reader: FlagReader): readonly string[] {
  const names = (reader.text('clientProjects') ?? '').split(',').filter((project) => project !== '');
  for (const project of names)
    if (!/^(?:[a-z0-9.-]{1,100}:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/.test(project))
      reader.problem(`--clientProjects: "${project}" is not a project id`);
  if (names.length > maxClientProjects) reader.problem(`--clientProjects names more than ${maxClientProjects} projects`);
  return [...new Set(names)];
}

function readTls(reader: FlagReader): TlsSources {
  const fromSecrets = reader.flag('useSecrets');
  const mutual = reader.flag('useMTLS');
  const names = mutual ? ['tlsCert', 'tlsKey', 'tlsCertChain'] : ['tlsCert', 'tlsKey'];
  for (const name of names) {
    const value = reader.text(name) ?? '';
    const isSecretName = /^projects\/[^/]+\/secrets\/[^/]+(?:\/versions\/[^/]+)?$/.test(value);
    if (fromSecrets && !isSecretName) reader.problem(`--useSecrets and --${name} ${value}: write projects/NUMBER/secrets/NAME`);
    if (!fromSecrets && isSecretName) reader.problem(`--${name} ${value} names a secret: add --useSecrets, or name a file`);
  }
  return {
    from: fromSecrets ? 'secret-manager' : 'files',
    certificate: reader.text('tlsCert') ?? '',
    key: reader.text('tlsKey') ?? '',
    clientAuthorities: mutual ? (reader.text('tlsCertChain') ?? '') : undefined,
  };
}

function readLimits(reader: FlagReader): ServerConfig['limits'] {
  const positive = (name: string): number => {
    const value = reader.numberOrDefault(name);
    if (value < 1) reader.problem(`--${name} must be at least 1`);
    return value;
  };
  const replicas = positive('replicas');
  const loggingReads = positive('loggingReadsPerMinute');
  if (loggingReads < replicas)
    reader.problem(`--loggingReadsPerMinute ${loggingReads} is less than one read for each of --replicas ${replicas}`);
  return {
    sessions: positive('maxSessions'),
    connections: positive('maxConnections'),
    callsPerMinute: positive('callsPerMinute'),
    callsPerMinutePerInstance: positive('callsPerMinutePerInstance'),
    loggingReadsPerMinute: loggingReads / replicas,
  };
}

/** `host:port`, `:port`, `[v6]:port` or a port alone. In local mode the host is, and must be, a loopback one. */
function readAddress(reader: FlagReader, name: string, text: string, endpointsFile: string | undefined): ListenAddress {
  const local = endpointsFile !== undefined;
  const match = /^(?:(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*)):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    reader.problem(`--${name} "${text}" is not host:port`);
    return { host: '', port: 0 };
  }
  const host = match[1] ?? match[2] ?? '';
  if (host !== '' && host !== 'localhost' && isIP(host) === 0) reader.problem(`--${name}: "${host}" is not an IP address of this machine`);
  if (local && host !== '' && !/^(?:127\.\d+\.\d+\.\d+|::1|localhost)$/.test(host)) {
    reader.problem(
      `--${name} ${text} and --endpoints exclude each other: local mode listens on loopback only, for example 127.0.0.1:${port}`,
    );
  }
  return { host: host === '' && local ? '127.0.0.1' : host, port };
}

function readOptionalAddress(reader: FlagReader, name: string, endpointsFile: string | undefined): ListenAddress | undefined {
  const text = reader.text(name);
  return text === undefined ? undefined : readAddress(reader, name, text, endpointsFile);
}

function oneOf<T extends string>(reader: FlagReader, name: string, allowed: readonly [T, ...T[]]): T {
  const value = reader.text(name);
  const known = allowed.find((word) => word === value);
  if (known === undefined) reader.problem(`--${name} is ${allowed.join(' or ')}, not "${value ?? ''}"`);
  return known ?? allowed[0];
}
