import type { FlagSpec } from '../base/index.js';

const noAlts = 'ALTS is not there yet: use TLS, with --useMTLS for client certificates';
const goLogging = 'a flag of the logging library of the article; it has no effect here';

/** The flags of the article's TokenServer, in its order. */
const articleFlags: readonly FlagSpec[] = [
  { name: 'grpcport', kind: 'string', doc: 'host:port of the gRPC listener', default: ':50051' },
  { name: 'useMTLS', kind: 'boolean', doc: 'ask every client for a certificate that --tlsCertChain signed', default: false },
  { name: 'useALTS', kind: 'boolean', doc: 'ALTS instead of TLS', refused: noAlts },
  { name: 'tokenServerServiceAccount', kind: 'string', doc: 'service account expected over ALTS', refused: noAlts },
  {
    name: 'useSecrets',
    kind: 'boolean',
    doc: 'read --tlsCert, --tlsKey and --tlsCertChain from Secret Manager (projects/N/secrets/S, or with /versions/V)',
    default: false,
  },
  {
    name: 'tlsCert',
    kind: 'string',
    doc: 'certificate of the server, PEM: a file, or a Secret Manager name with --useSecrets',
    default: 'certs/tokenservice.crt',
  },
  {
    name: 'tlsKey',
    kind: 'string',
    doc: 'its private key, PEM: a file, or a Secret Manager name with --useSecrets',
    default: 'certs/tokenservice.key',
  },
  {
    name: 'tlsCertChain',
    kind: 'string',
    doc: 'certificates of the authorities that sign client certificates, PEM: a file, or a Secret Manager name with --useSecrets; read with --useMTLS only',
    default: 'certs/tls-ca.crt',
  },
  {
    name: 'tsAudience',
    kind: 'string',
    doc: 'audience that a caller must have asked its identity token for',
    articleDefault: 'https://tokenserver',
    why: 'the article gives server and client two different audiences; trust must not depend on a default',
  },
  {
    name: 'validatePeerIP',
    kind: 'boolean',
    doc: 'compare the address of the connection with the approved one; false is named in every decision and refused for attested records',
    default: true,
    articleDefault: 'false',
    why: 'a record that names an address asks for the comparison',
  },
  {
    name: 'validatePeerSN',
    kind: 'boolean',
    doc: 'compare serial number and fingerprint of the client certificate with the approved ones; false as for --validatePeerIP',
    default: true,
    articleDefault: 'false',
    why: 'a record that names a certificate asks for the comparison',
  },
  {
    name: 'peerSerialNumber',
    kind: 'string',
    doc: 'known from one command line of the article',
    refused:
      'the serial number belongs to the record: start the server with --validatePeerSN and approve with the provisioner flag --peerSerialNumber',
  },
  {
    name: 'useTPM',
    kind: 'boolean',
    doc: 'remote attestation by TPM; false answers no attestation call and releases no attested record',
    default: true,
    articleDefault: 'false',
    why: 'without attestation a stolen identity token is enough to obtain the secrets',
  },
  {
    name: 'expectedPCRValue',
    kind: 'string',
    doc: 'hexadecimal value of the register that --pcr names; it can only refuse more than the record does',
    articleDefault: 'PCR 0: 24af52a4f429b71a3184a6d64cddad17e54ea030e2aa6576bf3a5a3d8bd3328f',
    why: 'the printed value belongs to firmware that Google no longer starts; the record names the values',
  },
  {
    name: 'pcr',
    kind: 'string',
    doc: 'register for --expectedPCRValue (--pcr=0), or registers with their values (--pcr 0=HEX,4=HEX or --pcr 0:HEX); the length of a value tells the bank',
    repeated: true,
    articleDefault: '0',
    why: 'the record names the registers; the flag can only ask for more',
  },
  { name: 'firestoreProjectId', kind: 'string', doc: 'project of the Firestore database', aliases: ['fireStoreProjectId'] },
  { name: 'firestoreCollectionName', kind: 'string', doc: 'collection of the provisioning records', default: 'foo' },
  {
    name: 'jwtIssuedAtJitter',
    kind: 'number',
    doc: 'seconds that may have passed since the identity token was issued',
    default: 30,
    articleDefault: '1',
    why: 'one second refuses honest callers whenever clocks or networks are slow; a token alone releases nothing attested',
    aliases: ['maxTokenAgeSeconds'],
  },
  { name: 'v', kind: 'number', doc: 'log level of the article; from 20 on, debug lines are written', default: 0 },
  { name: 'alsologtostderr', kind: 'boolean', doc: 'Go logging', ignored: goLogging },
  { name: 'logtostderr', kind: 'boolean', doc: 'Go logging', ignored: goLogging },
  { name: 'stderrthreshold', kind: 'string', doc: 'Go logging', ignored: goLogging },
  { name: 'log_dir', kind: 'string', doc: 'Go logging', ignored: goLogging },
];

/** Flags that the article does not have. */
const ownFlags: readonly FlagSpec[] = [
  {
    name: 'settleSeconds',
    kind: 'number',
    doc: 'wait between the opening of a session and its release, so that late audit entries arrive',
    default: 120,
  },
  { name: 'clockSkewSeconds', kind: 'number', doc: 'how far the clocks of this machine and of Google may differ', default: 5 },
  {
    name: 'attestationMaxAgeSeconds',
    kind: 'number',
    doc: 'how long a quote counts; 0 means as long as a session lives (settle time plus 300 s)',
    default: 0,
  },
  {
    name: 'metadataScope',
    kind: 'string',
    doc: 'acting: project and zone metadata that a guest acts on is refused; strict: any key is',
    default: 'acting',
  },
  {
    name: 'acceptReferenceRecords',
    kind: 'boolean',
    doc: 'release records that the article wrote',
    refused:
      'records of the article lack most of what a release compares with: review the VM and approve it again with the provisioner (--releasePolicy identity serves a client of the article)',
  },
  {
    name: 'secretsKeyset',
    kind: 'string',
    doc: 'Tink keyset file (cleartext JSON or binary) that opens the secrets of records with encryption scheme tink',
  },
  {
    name: 'sessionStore',
    kind: 'string',
    doc: 'memory or firestore: where sessions are kept; several replicas need firestore',
    default: 'memory',
  },
  {
    name: 'replicas',
    kind: 'number',
    doc: 'how many TokenServers answer under one address; they share --loggingReadsPerMinute',
    default: 1,
  },
  { name: 'maxSessions', kind: 'number', doc: 'sessions kept at once by --sessionStore memory', default: 10_000 },
  {
    name: 'maxConnections',
    kind: 'number',
    doc: 'client connections open at once; a quarter of them for one network, half for one client certificate, three quarters for networks from which no approved VM was admitted yet',
    default: 1_000,
  },
  {
    name: 'callsPerMinute',
    kind: 'number',
    doc: 'calls of all callers together, of each replica; of it the same parts as of --maxConnections',
    default: 6_000,
  },
  { name: 'callsPerMinutePerInstance', kind: 'number', doc: 'calls of one VM, of each replica', default: 60 },
  {
    name: 'loggingReadsPerMinute',
    kind: 'number',
    doc: 'entries.list calls of all replicas together: each makes its share (see --replicas); the quota of Cloud Logging is 60 a minute',
    default: 50,
  },
  {
    name: 'clientProjects',
    kind: 'string',
    doc: 'projects of clients, separated by commas: VMs of these that ask without a record are noted, so that Alice sees who waits; none when absent',
  },
  { name: 'decisionLogName', kind: 'string', doc: 'copy every decision to this log of Cloud Logging in --firestoreProjectId' },
  { name: 'healthPort', kind: 'string', doc: 'port or host:port of grpc.health.v1 without TLS and client certificates; none when absent' },
  { name: 'metricsPort', kind: 'string', doc: 'port or host:port of GET /metrics for Prometheus, plain HTTP; none when absent' },
  { name: 'endpoints', kind: 'string', doc: 'local mode: a JSON file with the addresses of Google APIs on this machine' },
  { name: 'checkConfig', kind: 'boolean', doc: 'check flags, certificates and keyset, print "configuration ok" and exit', default: false },
  { name: 'help', kind: 'boolean', doc: 'print this text', aliases: ['h'] },
];

/** Every flag of the TokenServer. docs/config.md and --help are made of it. */
export const flags: readonly FlagSpec[] = [...articleFlags, ...ownFlags];
