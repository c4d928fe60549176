import type { FlagSpec } from '../base/index.js';

const notWithAlts =
  'ALTS is not supported: use TLS with --tlsCertChain, and --useMTLS, --tlsClientCert, --tlsClientKey, with or without --useSecrets';

/** Where to find the TokenServer and how to trust it. */
const serverFlags: readonly FlagSpec[] = [
  { name: 'address', kind: 'string', doc: 'host:port of the TokenServer' },
  {
    name: 'sniServerName',
    aliases: ['servername'],
    kind: 'string',
    default: 'tokenservice.esodemoapp2.com',
    doc: "name in the TokenServer's certificate; sent as SNI",
  },
  {
    name: 'tsAudience',
    kind: 'string',
    articleDefault: 'https://tokenservice',
    why: "the article's client and server have different defaults, so none of them works",
    doc: 'audience of the identity token; the same value as the --tsAudience of the TokenServer',
  },
  { name: 'useMTLS', kind: 'boolean', default: false, doc: 'present a client certificate' },
  {
    name: 'useSecrets',
    kind: 'boolean',
    default: false,
    doc: 'certificates and key are Secret Manager names, projects/N/secrets/S or projects/N/secrets/S/versions/V (without a version: the latest)',
  },
  {
    name: 'tlsClientCert',
    kind: 'string',
    doc: 'client certificate and its chain for --useMTLS: a PEM file, or a Secret Manager name with --useSecrets',
  },
  {
    name: 'tlsClientKey',
    kind: 'string',
    doc: 'private key of the client certificate: a PEM file, or a Secret Manager name with --useSecrets',
  },
  {
    name: 'tlsCertChain',
    kind: 'string',
    doc: "CA certificates that the TokenServer's chain must end in: a PEM file, or a Secret Manager name with --useSecrets",
  },
  {
    name: 'tlsServerPin',
    kind: 'string',
    repeated: true,
    doc: "sha256/BASE64 of the public key of any certificate in the TokenServer's chain; may be repeated. Nothing is sent to a server that matches none. Pin Alice's CA and a spare",
  },
  { name: 'useALTS', kind: 'boolean', refused: notWithAlts, doc: 'ALTS instead of TLS' },
  {
    name: 'tokenServerServiceAccount',
    kind: 'string',
    refused: `goes only with --useALTS, and ${notWithAlts}`,
    doc: 'service account of the TokenServer for ALTS',
  },
];

/** What this VM proves, and with which TPM. */
const tpmFlags: readonly FlagSpec[] = [
  { name: 'useTPM', kind: 'boolean', default: false, doc: 'use the TPM: needed for --doAttestation and for secrets of type TPM' },
  {
    name: 'doAttestation',
    kind: 'boolean',
    default: false,
    doc: 'prove this VM to the TokenServer by its TPM before asking for secrets; needs --useTPM. A VM that Alice approved as attested gets nothing without it',
  },
  {
    name: 'exchangeSigningKey',
    kind: 'boolean',
    default: false,
    doc: 'make a signing key in the TPM and have the TokenServer verify that it lives there; needs --doAttestation',
  },
  {
    name: 'unsealPcr',
    kind: 'number',
    articleDefault: '0',
    why: 'a sealed secret names its own PCRs; this flag can only refuse more',
    doc: 'refuse a secret of type TPM that is not sealed to this PCR (0 to 23)',
  },
  {
    name: 'tpm',
    kind: 'string',
    doc: 'TPM to use; /dev/tpmrm0 or, where that is absent, /dev/tpm0 when not given. With --endpoints also tcp://127.0.0.1:PORT and unix:/path',
  },
  {
    name: 'reattestSeconds',
    kind: 'number',
    doc: 'prove this VM again every so many seconds while the secrets are held; needs --doAttestation',
  },
  {
    name: 'onRevoked',
    kind: 'string',
    default: 'warn',
    doc: "when the TokenServer refuses a later proof: warn logs it, stop wipes the secrets and ends (a workload gets SIGTERM), 'exec CMD ARGS' runs a command without a shell; needs --reattestSeconds",
  },
];

/** How long to ask, and what to do with the answer. */
const runFlags: readonly FlagSpec[] = [
  {
    name: 'maxLoop',
    kind: 'number',
    articleDefault: '360',
    why: 'Alice may take longer than an hour to look; a client that ended would have to be started again by hand',
    doc: 'give up after this many attempts; without it the client asks until it is answered',
  },
  {
    name: 'pollWaitSeconds',
    kind: 'number',
    default: 10,
    doc: 'seconds between attempts. Not given: 10 s to 60 s, and 60 s to 5 min while Alice or Bob has to act',
  },
  {
    name: 'out',
    kind: 'string',
    doc: 'directory on tmpfs to write each secret to as a file, mode 0400; the files are wiped at the end. Not given: memory only',
  },
  {
    name: 'socket',
    kind: 'string',
    doc: 'hand out secrets and signatures by HTTP on a UNIX socket at this path; its directory is made, or must be ours with mode 0700',
  },
  {
    name: 'strictHygiene',
    kind: 'boolean',
    default: false,
    doc: 'refuse to start where a core dump or swap could write secrets to a disk; without it the client warns',
  },
  { name: 'exitAfterRelease', kind: 'boolean', default: false, doc: 'end with code 0 once the secrets are delivered; files in --out stay' },
  {
    name: 'serviceAccount',
    kind: 'string',
    doc: 'JSON key file of a service account to read Secret Manager with; not given: the service account of the VM',
  },
  {
    name: 'endpoints',
    kind: 'string',
    doc: 'JSON file that points every Google API at a local fake: LOCAL MODE, loopback addresses only',
  },
  {
    name: 'firestoreProjectId',
    aliases: ['fireStoreProjectId'],
    kind: 'string',
    ignored: 'accepted and ignored: the client reads no Firestore',
    doc: 'project of the Firestore database',
  },
  { name: 'v', kind: 'number', default: 0, doc: 'verbosity: 5 and more also logs each step. Secrets are not printed at any level' },
  {
    name: 'alsologtostderr',
    kind: 'boolean',
    ignored: 'accepted and ignored: the log always goes to standard error',
    doc: 'log to standard error',
  },
  {
    name: 'logtostderr',
    kind: 'boolean',
    ignored: 'accepted and ignored: the log always goes to standard error',
    doc: 'log to standard error',
  },
  {
    name: 'stderrthreshold',
    kind: 'string',
    ignored: 'accepted and ignored: the log always goes to standard error',
    doc: 'level of the log',
  },
  {
    name: 'log_dir',
    kind: 'string',
    ignored: 'accepted and ignored: the log always goes to standard error',
    doc: 'directory of log files',
  },
  { name: 'help', aliases: ['h'], kind: 'boolean', default: false, doc: 'print this text' },
];

/** Every flag of a client, in the order of `--help`. */
export const clientFlags: readonly FlagSpec[] = [...serverFlags, ...tpmFlags, ...runFlags];

/** Flags of `tokenclient sign`, beside those of every client. */
export const signFlags: readonly FlagSpec[] = [
  { name: 'in', kind: 'string', default: '/dev/stdin', doc: 'sign: file to sign' },
  { name: 'json', kind: 'boolean', default: false, doc: 'sign and doctor: print JSON' },
];

/** Flags of `tokenclient doctor`, beside those of every client. */
export const doctorFlags: readonly FlagSpec[] = signFlags.filter(({ name }) => name === 'json');
