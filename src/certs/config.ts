import { isIP } from 'node:net';
import { AppError, FlagReader, type FlagSpec } from '../base/index.js';

const commands = ['chain', 'request', 'sign', 'renew', 'bundle', 'inspect'] as const;
export type Command = (typeof commands)[number] | 'help';

/** The flags of every command; a command reads those that concern it. */
export const flags: readonly FlagSpec[] = [
  { name: 'out', kind: 'string', default: 'certs/out', doc: 'directory of the files; keys go there, so nobody else may enter it' },
  { name: 'serverName', kind: 'string', default: 'tokenservice.esodemoapp2.com', doc: "DNS name in the server's certificate" },
  { name: 'serverIp', kind: 'string', repeated: true, doc: 'an IP address in it as well; may be repeated' },
  { name: 'clientName', kind: 'string', default: 'tokenclient', doc: "common name of the client's certificate" },
  { name: 'clientUri', kind: 'string', doc: 'a URI in it as well, for example spiffe://bob.example/tokenclient' },
  {
    name: 'clientSerial',
    kind: 'string',
    default: '5',
    doc: 'its serial number, decimal, which Alice approves; renew draws a random one unless it is given',
  },
  {
    name: 'serverOnly',
    kind: 'boolean',
    default: false,
    doc: 'make no client certificate: the other party keeps its key and sends a request (chain)',
  },
  { name: 'days', kind: 'string', default: '365', doc: 'how long leaves are valid' },
  { name: 'caDays', kind: 'string', default: '3650', doc: 'how long root and TLS CAs are valid' },
  { name: 'which', kind: 'string', doc: 'whose certificate it is: server or client (request, sign, renew)' },
  { name: 'request', kind: 'string', doc: 'file with the request that the other party sent (sign)' },
  { name: 'useSpare', kind: 'boolean', default: false, doc: 'issue by the spare CA (sign, renew)' },
  { name: 'minDays', kind: 'string', default: '0', doc: 'fewer days left than this is a problem (inspect)' },
  { name: 'json', kind: 'boolean', default: false, doc: 'one JSON value on standard output (inspect)' },
  { name: 'force', kind: 'boolean', default: false, doc: 'replace files that are there; what trusts the old ones may stop working' },
  { name: 'help', kind: 'boolean', default: false, doc: 'print this' },
];

export interface CertsConfig {
  readonly command: Command;
  readonly out: string;
  readonly serverNames: readonly string[];
  readonly clientName: string;
  readonly clientNames: readonly string[];
  readonly clientSerial: bigint;
  readonly isSerialGiven: boolean;
  readonly serverOnly: boolean;
  readonly days: number;
  readonly caDays: number;
  readonly which: 'server' | 'client';
  readonly request: string;
  readonly useSpare: boolean;
  readonly minDays: number;
  readonly json: boolean;
  readonly force: boolean;
  readonly files: readonly string[];
}

/**
 * Reads the command line: a command word (none: chain), flags, and for bundle and inspect the files.
 * @throws AppError CONFIG_INVALID with every problem, before a key exists
 */
export function readConfig(args: readonly string[]): CertsConfig {
  const [first] = args;
  const isWord = first !== undefined && !first.startsWith('-');
  const command = isWord ? commands.find((name) => name === first) : 'chain';
  if (command === undefined) throw new AppError('CONFIG_INVALID', `"${first}" is no command; commands are ${commands.join(', ')}`);
  const reader = new FlagReader(flags, isWord ? args.slice(1) : args);
  const config: CertsConfig = {
    command: reader.flag('help') ? 'help' : command,
    out: reader.requiredText('out'),
    ...namesOf(reader),
    // RFC 5280 section 4.1.2.2: at most 20 bytes, positive.
    clientSerial: wholeNumber(reader, 'clientSerial', 1n, 2n ** 159n - 1n),
    isSerialGiven: reader.isGiven('clientSerial'),
    serverOnly: reader.flag('serverOnly'),
    days: Number(wholeNumber(reader, 'days', 1n, 20_000n)),
    caDays: Number(wholeNumber(reader, 'caDays', 1n, 20_000n)),
    which: reader.text('which') === 'server' ? 'server' : 'client',
    request: reader.text('request') ?? '',
    useSpare: reader.flag('useSpare'),
    minDays: Number(wholeNumber(reader, 'minDays', 0n, 20_000n)),
    json: reader.flag('json'),
    force: reader.flag('force'),
    files: reader.rest,
  };
  if (config.command !== 'help') demand(reader, config);
  reader.finish();
  return config;
}

/** What each command cannot do without. */
function demand(reader: FlagReader, { command, files }: CertsConfig): void {
  const which = reader.text('which');
  if (['request', 'sign', 'renew'].includes(command)) {
    if (which !== 'server' && which !== 'client') reader.problem('--which is missing: server or client');
  }
  if (command === 'sign') reader.requiredText('request');
  const takesFiles = command === 'bundle' || command === 'inspect';
  if (takesFiles && files.length === 0) reader.problem(`${command} needs at least one file`);
  for (const file of files.filter((name) => name.startsWith('-'))) reader.problem(`${file}: flags come before the files`);
  if (!takesFiles && files.length > 0) reader.problem(`"${files[0]}" is not expected: the command comes first, then flags`);
}

function namesOf(reader: FlagReader): Pick<CertsConfig, 'serverNames' | 'clientName' | 'clientNames'> {
  const serverName = matching(reader, 'serverName', /^(?=.{1,253}$)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*$/, 'a DNS name');
  const clientName = matching(reader, 'clientName', /^[A-Za-z0-9._@-]{1,64}$/, '1 to 64 letters, digits, . _ @ -');
  for (const address of reader.list('serverIp')) {
    if (isIP(address) === 0 || /[.%].*:|:.*[.%]/.test(address)) reader.problem(`--serverIp is an IP address, not "${address}"`);
  }
  if (reader.isGiven('clientUri')) matching(reader, 'clientUri', /^[a-z][a-z0-9+.-]{0,20}:\/\/[A-Za-z0-9._~/-]{1,200}$/, 'a URI');
  const uri = reader.text('clientUri');
  return { serverNames: [serverName, ...reader.list('serverIp')], clientName, clientNames: uri === undefined ? [] : [uri] };
}

function matching(reader: FlagReader, name: string, pattern: RegExp, what: string): string {
  const value = reader.requiredText(name);
  if (!pattern.test(value)) reader.problem(`--${name} is ${what}, not "${value}"`);
  return value;
}

function wholeNumber(reader: FlagReader, name: string, min: bigint, max: bigint): bigint {
  const value = reader.requiredText(name);
  if (/^(?:0|[1-9][0-9]{0,50})$/.test(value) && BigInt(value) >= min && BigInt(value) <= max) return BigInt(value);
  reader.problem(`--${name} is a whole number from ${min} to ${max}, not "${value}"`);
  return min;
}
