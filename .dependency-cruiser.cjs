// Who may import whom. Rooms are the folders of src; each rule says why it is there.
const room = (name) => `^src/${name}/`;
const rooms = {
  base: [],
  facts: ['base'],
  tpm: ['base'],
  keyset: ['base'],
  record: ['base'],
  'tpm-device': ['base', 'tpm'],
  gcp: ['base', 'facts', 'record'],
  wire: ['base', 'record'],
  appraisal: ['base', 'facts', 'record', 'tpm'],
  server: ['base', 'facts', 'record', 'tpm', 'keyset', 'gcp', 'wire', 'appraisal'],
  client: ['base', 'tpm', 'tpm-device', 'keyset', 'gcp', 'wire'],
  provisioner: ['base', 'facts', 'record', 'tpm', 'keyset', 'gcp', 'appraisal'],
  certs: ['base'],
  localcloud: ['base', 'tpm', 'tpm-device'],
};

const pointDown = Object.entries(rooms).map(([name, below]) => ({
  name: `rooms-point-down-${name}`,
  comment: `${name} may import only: ${below.join(', ') || 'nothing of ours'}. Apps are islands, and nothing points back up.`,
  severity: 'error',
  from: { path: room(name) },
  to: { path: '^src/', pathNot: [name, ...below].map(room) },
}));

module.exports = {
  forbidden: [
    ...pointDown,
    {
      name: 'through-the-door',
      comment: "From outside a room, import its index.ts: what is not there is nobody else's business.",
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/[^/]+/', pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$'] },
    },
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or one of them holds something that belongs below both.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'only-gcp-knows-google',
      comment: "Google's libraries and the JOSE library stay behind src/gcp, which returns plain types.",
      severity: 'error',
      from: { path: '^src/', pathNot: room('gcp') },
      to: { path: 'node_modules/(@google-cloud|google-auth-library|google-gax|gcp-metadata|jose)/' },
    },
    {
      name: 'spans-have-one-place',
      comment: 'What a span may hold is decided in one file; gcp/firestore.ts switches off the spans of a library.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(server/metrics/spans|gcp/firestore)\\.ts$' },
      to: { path: 'node_modules/@opentelemetry/' },
    },
    {
      name: 'only-keyset-knows-tink',
      comment: 'tink-crypto is alpha and may have to go; one room would change.',
      severity: 'error',
      from: { path: '^src/', pathNot: room('keyset') },
      to: { path: 'node_modules/tink-crypto/' },
    },
    {
      name: 'only-the-edges-know-grpc',
      comment: 'gRPC is how messages travel, not what they mean.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: [
          '^src/wire/',
          '^src/server/service/',
          '^src/server/main\\.ts$',
          '^src/gcp/',
          '^src/localcloud/',
          '^src/client/obtain\\.ts$',
        ],
      },
      to: { path: 'node_modules/(@grpc/grpc-js|@grpc/proto-loader|grpc-health-check)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'checks-are-pure',
      comment: 'A check sees evidence and nothing else: no clock, no network, no file.',
      severity: 'error',
      from: { path: room('appraisal') },
      to: { dependencyTypes: ['core'], pathNot: '^crypto$' },
    },
    {
      name: 'tpm-structures-are-pure',
      comment: 'src/tpm is arithmetic on bytes.',
      severity: 'error',
      from: { path: room('tpm') },
      to: { dependencyTypes: ['core'], pathNot: '^crypto$' },
    },
    {
      name: 'production-needs-no-dev-package',
      comment: "What runs at a user's place comes from dependencies. The local cloud starts the Firestore emulator and is not deployed.",
      severity: 'error',
      from: { path: '^src/', pathNot: room('localcloud') },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};
