import fc from 'fast-check';
import { parseFlags } from '../../src/base/index.js';
import { flags, readConfig } from '../../src/server/config.js';

/** The server's command lines as the article prints them, after the image name; its Terraform variables are filled in below. */
const articleLines = {
  'mTLS, files in Secret Manager':
    '--grpcport 0.0.0.0:50051 --tsAudience ${var.ts_audience} --useTPM --expectedPCRValue=24af52a4f429b71a3184a6d64cddad17e54ea030e2aa6576bf3a5a3d8bd3328f --pcr=0 --validatePeerIP --validatePeerSN --useMTLS --useSecrets --tlsCert projects/${var.project_number}/secrets/tls_crt --tlsKey projects/${var.project_number}/secrets/tls_key --tlsCertChain projects/${var.project_number}/secrets/tls-ca  --firestoreProjectId ${var.project_id} --firestoreCollectionName ${var.collection_id} --jwtIssuedAtJitter=5 --v=20 -alsologtostderr',
  'mTLS, files':
    '--grpcport 0.0.0.0:50051 --tsAudience ${var.ts_audience} --useTPM --expectedPCRValue=24af52a4f429b71a3184a6d64cddad17e54ea030e2aa6576bf3a5a3d8bd3328f --pcr=0 --validatePeerIP --validatePeerSN --useMTLS --firestoreProjectId ${var.project_id} --firestoreCollectionName ${var.collection_id} --jwtIssuedAtJitter=5 --v=20 -alsologtostderr',
  'TLS, files':
    '--grpcport 0.0.0.0:50051 --tsAudience ${var.ts_audience} --useTPM --expectedPCRValue=24af52a4f429b71a3184a6d64cddad17e54ea030e2aa6576bf3a5a3d8bd3328f --pcr=0 --validatePeerIP  --firestoreProjectId ${var.project_id} --firestoreCollectionName ${var.collection_id} --jwtIssuedAtJitter=5 --v=20 -alsologtostderr',
};
const peerLine =
  '--grpcport 0.0.0.0:50051 --useMTLS --tsAudience ${var.ts_audience} --useTPM --expectedPCRValue=24af52a4f429b71a3184a6d64cddad17e54ea030e2aa6576bf3a5a3d8bd3328f --pcr=0 --validatePeerIP --peerSerialNumber=5 --useSecrets --tlsCert projects/${var.project_number}/secrets/tls_crt --tlsKey projects/${var.project_number}/secrets/tls_key --tlsCertChain projects/${var.project_number}/secrets/tls-ca  --firestoreProjectId ${var.project_id} --firestoreCollectionName ${var.collection_id} --jwtIssuedAtJitter=1 --v=20 -alsologtostderr';
const altsLine =
  '--grpcport 0.0.0.0:50051 --tsAudience ${var.ts_audience} --useTPM --expectedPCRValue=24af52a4f429b71a3184a6d64cddad17e54ea030e2aa6576bf3a5a3d8bd3328f --pcr=0 --validatePeerIP  --useALTS --firestoreProjectId ${var.project_id} --firestoreCollectionName ${var.collection_id} --jwtIssuedAtJitter=5 --v=20 -alsologtostderr';
const attestationLine = '--useTPM --expectedPCRValue=24af52a4f429b71a3184a6d64cddad17e54ea030e2aa6576bf3a5a3d8bd3328f --pcr=0';

const values: Readonly<Record<string, string>> = {
  ts_audience: 'https://tokenserver',
  project_number: '248066739582',
  project_id: 'ts-9c943cd0',
  collection_id: 'foo',
};
const projects = (count: number): string => Array.from({ length: count }, (_, i) => `project-${i}`).join(',');
const argsOf = (line: string): string[] =>
  line
    .replaceAll(/\$\{var\.(\w+)\}/g, (_whole, name: string) => values[name] ?? '')
    .split(/ +/)
    .filter((word) => word !== '');

const enough = ['--tsAudience=a', '--firestoreProjectId=p'];
const problemOf = (args: readonly string[], env: Readonly<Record<string, string>> = {}): string => {
  try {
    readConfig(args, env);
  } catch (error) {
    return (error as Error).message;
  }
  return '';
};

describe('command lines of the article', () => {
  test.each(Object.entries(articleLines))('%s: starts as printed', (_name, line) => {
    const config = readConfig(argsOf(line), {});
    expect(config).toMatchObject({
      listen: { host: '0.0.0.0', port: 50051 },
      firestoreProject: 'ts-9c943cd0',
      recordCollection: 'foo',
      useTpm: true,
      policy: { audience: 'https://tokenserver', maxTokenAgeSeconds: 5, validatePeerAddress: true, validatePeerCertificate: true },
    });
    expect(
      config.policy.requiredPcrs
        ?.get('sha256')
        ?.get(0)
        ?.map((value) => value.toString('hex')),
    ).toEqual(['24af52a4f429b71a3184a6d64cddad17e54ea030e2aa6576bf3a5a3d8bd3328f']);
  });

  test('certificates come from where the line says', () => {
    expect(readConfig(argsOf(articleLines['mTLS, files in Secret Manager']), {}).tls).toEqual({
      from: 'secret-manager',
      certificate: 'projects/248066739582/secrets/tls_crt',
      key: 'projects/248066739582/secrets/tls_key',
      clientAuthorities: 'projects/248066739582/secrets/tls-ca',
    });
    const images = { from: 'files', certificate: 'certs/tokenservice.crt', key: 'certs/tokenservice.key' };
    expect(readConfig(argsOf(articleLines['mTLS, files']), {}).tls).toEqual({ ...images, clientAuthorities: 'certs/tls-ca.crt' });
    expect(readConfig(argsOf(articleLines['TLS, files']), {}).tls).toEqual({ ...images, clientAuthorities: undefined });
  });

  test('the line with --peerSerialNumber stops with one line that says what to use instead', () => {
    const problem = problemOf(argsOf(peerLine));
    expect(problem).toContain('--validatePeerSN');
    expect(problem).toContain('provisioner');
    expect(problem.split('\n')).toHaveLength(1);
  });

  test('the ALTS line is refused in one line', () => {
    expect(problemOf(argsOf(altsLine))).toMatch(/^--useALTS: .*TLS/);
    expect(problemOf(argsOf(altsLine)).split('\n')).toHaveLength(1);
  });

  test('the attestation flags parse by themselves, and only what has no default is asked for', () => {
    expect(parseFlags(flags, argsOf(attestationLine)).rest).toEqual([]);
    expect(
      problemOf(argsOf(attestationLine))
        .split('\n')
        .map((line) => line.split(' ')[0]),
    ).toEqual(['--tsAudience', '--firestoreProjectId']);
  });

  test('both spellings of the Firestore flag, and one dash or two, are the same', () => {
    expect(readConfig(['-tsAudience', 'a', '-fireStoreProjectId', 'p'], {}).firestoreProject).toBe('p');
  });
});

describe('what has no default', () => {
  test('audience and PCR values', () => {
    expect(problemOf(['--firestoreProjectId=p'])).toContain('--tsAudience is missing');
    expect(readConfig(enough, {}).policy.requiredPcrs).toBeUndefined();
  });
});

describe('defaults that protect', () => {
  test('attestation, peer address and peer certificate are checked, the token may be 30 s old, a release settles 120 s', () => {
    expect(readConfig(enough, {})).toMatchObject({
      useTpm: true,
      sessionStore: 'memory',
      policy: {
        validatePeerAddress: true,
        validatePeerCertificate: true,
        maxTokenAgeSeconds: 30,
        settleSeconds: 120,
        metadataScope: 'acting',
        attestationMaxAgeSeconds: 420,
      },
    });
  });

  test('they can be switched off by name', () => {
    const config = readConfig(
      [...enough, '--useTPM=false', '--validatePeerIP=false', '--validatePeerSN=false', '--maxTokenAgeSeconds=7'],
      {},
    );
    expect(config).toMatchObject({
      useTpm: false,
      policy: { validatePeerAddress: false, validatePeerCertificate: false, maxTokenAgeSeconds: 7 },
    });
  });
});

describe('pcr flags', () => {
  const a = 'aa'.repeat(32);
  const b = 'bb'.repeat(48);
  const pcrsOf = (...args: string[]): unknown =>
    [...(readConfig([...enough, ...args], {}).policy.requiredPcrs ?? [])].map(([bank, registers]) => [
      bank,
      [...registers].map(([index, allowed]) => [index, allowed.map((value) => value.toString('hex'))]),
    ]);

  test.each([
    ['one register with its value', ['--pcr=4', `--expectedPCRValue=${a}`], [['sha256', [[4, [a]]]]]],
    ['a value alone is of register 0', [`--expectedPCRValue=${a}`], [['sha256', [[0, [a]]]]]],
    [
      'pairs with =',
      ['--pcr', `0=${a},23=${a}`],
      [
        [
          'sha256',
          [
            [0, [a]],
            [23, [a]],
          ],
        ],
      ],
    ],
    ['pairs with :', [`--pcr=0:${a}`], [['sha256', [[0, [a]]]]]],
    ['repeated flags allow either value', [`--pcr=0=${a}`, `--pcr=0=${a.replaceAll('a', 'c')}`], [['sha256', [[0, [a, 'cc'.repeat(32)]]]]]],
    ['the length tells the bank', [`--pcr=7=${b}`], [['sha384', [[7, [b]]]]]],
    ['upper case', [`--pcr=0=${a.toUpperCase()}`], [['sha256', [[0, [a]]]]]],
    ['a register without a value asks for nothing', ['--pcr=0'], []],
  ])('%s', (_name, args, expected) => {
    expect(pcrsOf(...args)).toEqual(expected);
  });

  test.each([
    ['register 24', [`--pcr=24=${a}`], '24'],
    ['no number', ['--pcr=x'], '"x"'],
    ['SHA-1', [`--pcr=0=${'aa'.repeat(20)}`], 'SHA-256'],
    ['no hexadecimal', [`--pcr=0=${'zz'.repeat(32)}`], 'hexadecimal'],
    ['two registers for one value', ['--pcr=0,1', `--expectedPCRValue=${a}`], 'one --pcr only'],
    ['a value twice', [`--pcr=0=${a}`, `--expectedPCRValue=${a}`], '--expectedPCRValue needs'],
  ])('refused: %s', (_name, args, text) => {
    expect(problemOf([...enough, ...args])).toContain(text);
  });
});

describe('refused combinations name both flags', () => {
  test.each([
    [
      'less than one read of the audit log for each replica',
      ['--replicas=3', '--sessionStore=firestore', '--loggingReadsPerMinute=2'],
      ['--replicas', '--loggingReadsPerMinute'],
    ],
    ['several replicas with sessions in memory', ['--replicas=2'], ['--replicas', '--sessionStore']],
    ['Secret Manager with file names', ['--useSecrets'], ['--useSecrets', '--tlsCert']],
    ['a secret name without --useSecrets', ['--tlsCert=projects/1/secrets/x'], ['--tlsCert', '--useSecrets']],
    ['local mode on a public address', ['--endpoints=e.json', '--grpcport=0.0.0.0:1'], ['--grpcport', '--endpoints']],
    ['local mode with a public health port', ['--endpoints=e.json', '--healthPort=10.0.0.1:1'], ['--healthPort', '--endpoints']],
    ['a word after the flags', ['run'], ['"run"']],
    ['an unknown choice', ['--metadataScope=none'], ['--metadataScope', 'acting or strict']],
    ['a limit of nothing', ['--maxConnections=0'], ['--maxConnections']],
    ['no port', ['--grpcport=localhost'], ['--grpcport']],
    ['a client project that is a path', ['--clientProjects=bob-project,../x'], ['--clientProjects', '"../x"']],
    ['more client projects than are watched', [`--clientProjects=${projects(101)}`], ['--clientProjects', '100']],
    ['records of the article', ['--acceptReferenceRecords'], ['--acceptReferenceRecords', 'provisioner']],
  ])('%s', (_name, args, texts) => {
    const problem = problemOf([...enough, ...args]);
    for (const text of texts) expect(problem).toContain(text);
  });

  test('client projects: none by default, each once, also those of a domain', () => {
    expect(readConfig(enough, {}).clientProjects).toEqual([]);
    const line = '--clientProjects=bob-project,example.com:bob-project,bob-project,';
    expect(readConfig([...enough, line], {}).clientProjects).toEqual(['bob-project', 'example.com:bob-project']);
  });

  test('several replicas are fine with Firestore, and share the reads of the audit log', () => {
    const { sessionStore, limits } = readConfig([...enough, '--replicas=4', '--sessionStore=firestore'], {});
    expect(sessionStore).toBe('firestore');
    expect(limits.loggingReadsPerMinute).toBe(12.5);
    expect(readConfig(enough, {}).limits.loggingReadsPerMinute).toBe(50);
  });
});

describe('environment', () => {
  test.each([
    'FIRESTORE_EMULATOR_HOST',
    'GCE_METADATA_HOST',
    'GCE_METADATA_IP',
    'NODE_TLS_REJECT_UNAUTHORIZED',
    'NODE_EXTRA_CA_CERTS',
    'NODE_OPTIONS',
    'SSLKEYLOGFILE',
  ])('%s is refused in production and allowed in local mode', (name) => {
    expect(problemOf(enough, { [name]: 'x' })).toContain(name);
    expect(problemOf([...enough, '--endpoints=e.json'], { [name]: 'x' })).toBe('');
  });

  test('local mode listens on loopback when no address is named', () => {
    expect(readConfig([...enough, '--endpoints=e.json'], {}).listen).toEqual({ host: '127.0.0.1', port: 50051 });
  });
});

test('every flag of the article and of ours is in the table once, with one line of text', () => {
  const names = flags.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  expect(new Set(names).size).toBe(names.length);
  for (const { doc } of flags) expect(doc).toMatch(/^\S[^\n]{3,}[^.\n]$/);
});

test('no command line throws anything but a configuration error', () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom(...flags.map(({ name }) => `--${name}`)),
    fc.constantFrom(...flags.map(({ name }) => `--${name}=1`)),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (args) => {
      try {
        readConfig(args, {});
      } catch (error) {
        expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
      }
    }),
  );
});
