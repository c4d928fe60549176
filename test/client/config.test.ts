import { readConfig, type ClientConfig } from '../../src/client/config.js';
import { clientFlags } from '../../src/client/flags.js';
import { AppError } from '../../src/base/index.js';

const minimal = ['--address', 'ts.example:50051', '--tsAudience', 'https://tokenserver', '--tlsCertChain', 'ca.pem'];

function configOf(args: readonly string[], env = {}): ClientConfig {
  const config = readConfig(args, env);
  if (config === undefined) throw new Error('help was printed instead');
  return config;
}

function problemsOf(args: readonly string[], env = {}): readonly string[] {
  try {
    readConfig(args, env);
  } catch (error) {
    if (error instanceof AppError && error.code === 'CONFIG_INVALID') return error.message.split('\n');
    throw error;
  }
  return [];
}

// The client's command lines as the article prints them, from the image name to the end of the line, ${...} filled in.
const withSecretManager =
  '--tsAudience https://tokenserver --useMTLS --useSecrets  --tlsClientCert projects/634665912513/secrets/tls_crt --tlsClientKey projects/634665912513/secrets/tls_key --tlsCertChain projects/634665912513/secrets/tls-ca --useTPM --doAttestation --exchangeSigningKey --v=25 -alsologtostderr';
const articleLines = {
  provisioned: `--address 34.136.142.112:50051 --servername tokenservice.esodemoapp2.com ${withSecretManager}`,
  otherPort: `--address 34.136.142.112:50052 --servername tokenservice.esodemoapp2.com ${withSecretManager}`,
  appendixSecretManager: `--address 10.0.0.2:50051 --servername tokenservice.esodemoapp2.com ${withSecretManager}`,
  appendixMtls:
    '--address 10.0.0.2:50051 --servername tokenservice.esodemoapp2.com --tsAudience https://tokenserver --useMTLS --useTPM --doAttestation --exchangeSigningKey --v=25 -alsologtostderr ',
  appendixTls:
    '--address 10.0.0.2:50051 --servername tokenservice.esodemoapp2.com --tsAudience https://tokenserver --useTPM --doAttestation --exchangeSigningKey --v=25 -alsologtostderr ',
  appendixAlts:
    '--address 10.0.0.2:50051 --servername tokenservice.esodemoapp2.com --tsAudience https://tokenserver --useALTS --useTPM --doAttestation --exchangeSigningKey --v=25 -alsologtostderr       ',
};
const words = (line: string): readonly string[] => line.trim().split(/ +/);

describe("the article's command lines", () => {
  test.each(['provisioned', 'otherPort', 'appendixSecretManager'] as const)('%s works as printed', (name) => {
    const config = configOf(words(articleLines[name]));
    expect(config).toMatchObject({
      serverName: 'tokenservice.esodemoapp2.com',
      audience: 'https://tokenserver',
      useTpm: true,
      attest: true,
      exchangeSigningKey: true,
      logLevel: 'debug',
      tls: {
        secretManager: true,
        caChain: 'projects/634665912513/secrets/tls-ca',
        client: { certificate: 'projects/634665912513/secrets/tls_crt', key: 'projects/634665912513/secrets/tls_key' },
      },
    });
  });

  test('the mTLS line without certificates stops and names the flags to add, and works with them', () => {
    const line = words(articleLines.appendixMtls);
    expect(problemsOf(line).map((problem) => problem.split(' ')[0])).toEqual(['--tlsCertChain', '--tlsClientCert', '--tlsClientKey']);
    const files = ['--tlsCertChain', 'ca.pem', '--tlsClientCert', 'crt.pem', '--tlsClientKey', 'key.pem'];
    expect(configOf([...line, ...files]).tls).toEqual({
      secretManager: false,
      caChain: 'ca.pem',
      client: { certificate: 'crt.pem', key: 'key.pem' },
    });
  });

  test('the TLS line without a CA stops and names the one flag to add, and works with it', () => {
    const line = words(articleLines.appendixTls);
    expect(problemsOf(line)).toEqual([expect.stringMatching(/^--tlsCertChain is missing/)]);
    expect(configOf([...line, '--tlsCertChain=ca.pem']).tls.client).toBeUndefined();
  });

  test('the ALTS line is refused in one line that says what to use', () => {
    expect(problemsOf(words(articleLines.appendixAlts))).toEqual([expect.stringMatching(/^--useALTS: ALTS is not supported: use TLS/)]);
    expect(problemsOf([...minimal, '--tokenServerServiceAccount', 'a@b'])).toEqual([
      expect.stringMatching(/^--tokenServerServiceAccount: .*--useALTS/),
    ]);
  });

  test("every flag of the article's option table is known", () => {
    const table =
      'address useMTLS useALTS tsAudience useSecrets tlsClientCert tlsClientKey tlsCertChain sniServerName serviceAccount firestoreProjectId useTPM doAttestation exchangeSigningKey tokenServerServiceAccount maxLoop pollWaitSeconds';
    const known = clientFlags.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
    for (const name of table.split(' ')) expect(known).toContain(name);
    for (const alias of ['servername', 'fireStoreProjectId', 'unsealPcr', 'v', 'alsologtostderr']) expect(known).toContain(alias);
  });
});

describe('combinations that make no sense name both flags', () => {
  test.each([
    [['--doAttestation'], '--doAttestation needs --useTPM'],
    [['--useTPM', '--exchangeSigningKey'], '--exchangeSigningKey needs --doAttestation'],
    [['--useTPM', '--doAttestation=false', '--exchangeSigningKey'], '--exchangeSigningKey needs --doAttestation'],
    [['--unsealPcr', '0'], '--unsealPcr needs --useTPM'],
    [['--tpm', '/dev/tpm0'], '--tpm needs --useTPM'],
    [['--reattestSeconds', '60'], '--reattestSeconds needs --doAttestation'],
    [['--onRevoked', 'stop'], '--onRevoked needs --reattestSeconds'],
  ])('%j', (extra, line) => {
    expect(problemsOf([...minimal, ...extra])).toContain(line);
  });

  test('a switch set to false needs nothing', () => {
    expect(problemsOf([...minimal, '--doAttestation=false', '--exchangeSigningKey=0'])).toEqual([]);
  });

  test('--useSecrets with a file, and a Secret Manager name without --useSecrets', () => {
    expect(problemsOf([...minimal, '--useSecrets'])).toEqual([
      expect.stringMatching(/^--useSecrets needs a Secret Manager name in --tlsCertChain/),
    ]);
    const name = 'projects/1/secrets/tls-ca';
    const line = ['--address', 'a:1', '--tsAudience', 'x', '--tlsCertChain', name];
    expect(problemsOf(line)).toEqual([expect.stringMatching(/^--tlsCertChain is a Secret Manager name: add --useSecrets/)]);
    expect(configOf([...line, '--useSecrets']).tls.caChain).toBe(name);
  });

  test('a client certificate without --useMTLS', () => {
    expect(problemsOf([...minimal, '--tlsClientCert', 'c.pem'])).toEqual(['--tlsClientCert is given without --useMTLS: add --useMTLS']);
  });
});

describe('values', () => {
  test('tsAudience and maxLoop have no default, sniServerName and pollWaitSeconds have the ones of the article', () => {
    expect(configOf(minimal)).toMatchObject({
      serverName: 'tokenservice.esodemoapp2.com',
      maxAttempts: undefined,
      pollWaitSeconds: 10,
      pollWaitIsGiven: false,
    });
    expect(problemsOf(['--address', 'a:1', '--tlsCertChain', 'c'])).toEqual([expect.stringMatching(/^--tsAudience is missing/)]);
    expect(configOf([...minimal, '--maxLoop', '360', '--pollWaitSeconds', '10'])).toMatchObject({
      maxAttempts: 360,
      pollWaitIsGiven: true,
    });
  });

  test.each(['host', 'host:', 'host:0', 'host:65536', ':50051', 'https://host:50051', 'host:50051/x', 'a b:1'])(
    'address %j is refused',
    (address) => {
      expect(problemsOf(['--address', address, '--tsAudience', 'x', '--tlsCertChain', 'c'])).toEqual([
        expect.stringContaining('--address'),
      ]);
    },
  );

  test.each([
    ['--tlsServerPin', 'sha256/short'],
    ['--tlsServerPin', 'A'.repeat(44)],
    ['--maxLoop', '0'],
    ['--pollWaitSeconds', '0'],
    ['--maxLoop', 'many'],
  ])('%s %s is refused', (name, value) => {
    expect(problemsOf([...minimal, name, value])).toEqual([expect.stringContaining(name)]);
  });

  test('PCR 24 does not exist', () => {
    expect(problemsOf([...minimal, '--useTPM', '--unsealPcr', '24'])).toEqual([expect.stringContaining('--unsealPcr')]);
    expect(configOf([...minimal, '--useTPM', '--unsealPcr', '0']).unsealPcr).toBe(0);
  });

  test('a pin may be repeated', () => {
    const pins = ['A', 'B'].map((letter) => `sha256/${letter.repeat(43)}=`);
    expect(configOf([...minimal, ...pins.flatMap((pin) => ['--tlsServerPin', pin])]).pins).toEqual(pins);
  });

  test('all problems come at once, and a stray word is one of them', () => {
    expect(problemsOf(['--useMTLS', 'run'])).toHaveLength(6);
    expect(problemsOf([...minimal, 'run'])).toEqual([expect.stringContaining('"run" is not a flag')]);
  });

  test('help wins over everything else', () => {
    expect(readConfig(['--help'], {})).toBeUndefined();
  });
});

describe('local mode', () => {
  test('an environment that changes trust is refused without --endpoints and named', () => {
    expect(problemsOf(minimal, { NODE_EXTRA_CA_CERTS: '/tmp/x' })).toEqual([expect.stringContaining('NODE_EXTRA_CA_CERTS')]);
    const local = ['--address', '127.0.0.1:1', '--tsAudience', 'x', '--tlsCertChain', 'c', '--endpoints', 'e.json'];
    expect(problemsOf(local, { NODE_EXTRA_CA_CERTS: '/tmp/x' })).toEqual([]);
  });

  test('--endpoints accepts only a loopback TokenServer', () => {
    expect(problemsOf([...minimal, '--endpoints', 'e.json'])).toEqual([expect.stringMatching(/--endpoints .*--address/)]);
  });

  test('a software TPM goes only with --endpoints', () => {
    const tpm = ['--useTPM', '--tpm', 'tcp://127.0.0.1:2321'];
    expect(problemsOf([...minimal, ...tpm])).toEqual([expect.stringContaining('--endpoints')]);
    const local = ['--address', 'localhost:1', '--tsAudience', 'x', '--tlsCertChain', 'c', '--endpoints', 'e.json'];
    expect(configOf([...local, ...tpm]).tpmLocation).toBe('tcp://127.0.0.1:2321');
  });
});
