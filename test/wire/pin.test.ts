import { webcrypto, X509Certificate } from 'node:crypto';
import { createServer, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { commonNameOnly, randomSerial } from '../../src/certs/issue.js';
import { newKey, type SigningKey } from '../../src/certs/signing-key.js';
import { BasicConstraintsExtension, SubjectAlternativeNameExtension, X509CertificateGenerator } from '../../src/certs/x509.js';
import { openChannel, TokenServiceClient } from '../../src/wire/index.js';
import { makeChain, type ChainFiles } from '../support/chain.js';
import { pinOf, readCertificates } from '../../src/certs/describe.js';

// Bob can swap the CA file that his VM trusts, but not the pin in the startup script that Alice approved. A server of his own
// proves itself under a CA of his own, and sends certificates along that make its chain look as if Alice's CA stood above it.
type Extension = BasicConstraintsExtension | SubjectAlternativeNameExtension;

const serverName = 'tokenservice.esodemoapp2.com';
let alice: ChainFiles;

interface FakeServer {
  readonly port: number;
  readonly ca: Buffer;
  /** What a client said after a handshake. */
  readonly heard: () => string;
  stop(): Promise<void>;
}

beforeAll(() => {
  alice = makeChain();
});
afterAll(() => alice.remove());

/** A certificate without key identifiers, so that issuers are found by name. */
async function certificate(commonName: string, key: SigningKey, issuer: string, by: SigningKey, extensions: Extension[]): Promise<string> {
  const made = await X509CertificateGenerator.create(
    {
      serialNumber: randomSerial().toString(16).padStart(32, '0'),
      subject: commonNameOnly(commonName),
      issuer: commonNameOnly(issuer),
      notBefore: new Date(Date.now() - 60_000),
      notAfter: new Date(Date.now() + 3_600_000),
      publicKey: key.pair.publicKey,
      signingKey: by.pair.privateKey,
      signingAlgorithm: by.algorithm,
      extensions,
    },
    webcrypto,
  );
  return `${made.toString('pem')}\n`;
}

/** A server whose leaf is issued by `caKey` under the name `caName`, and which sends `along` after the leaf. */
async function fakeServer(caName: string, caKey: SigningKey, along: string): Promise<FakeServer> {
  const leafKey = await newKey();
  const ca = await certificate(caName, caKey, caName, caKey, [new BasicConstraintsExtension(true, undefined, true)]);
  const names = new SubjectAlternativeNameExtension([{ type: 'dns', value: serverName }]);
  const leaf = await certificate(serverName, leafKey, caName, caKey, [names]);
  const heard: Buffer[] = [];
  const sockets = new Set<TLSSocket>();
  const server = createServer({ key: leafKey.pem, cert: leaf + along, minVersion: 'TLSv1.3', ALPNProtocols: ['h2'] }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      heard.push(bytes);
      socket.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    ca: Buffer.from(ca),
    heard: () => Buffer.concat(heard).toString('latin1'),
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function call({ port, ca }: FakeServer, pins: readonly string[]): Promise<string> {
  const channel = openChannel({ serverName, ca, pins });
  const client = new TokenServiceClient(`127.0.0.1:${port}`, channel.credentials, channel.options);
  try {
    return await new Promise<string>((resolve) => {
      client.GetToken({}, { deadline: Date.now() + 20_000 }, (error) => resolve(error?.details ?? 'answered'));
    });
  } finally {
    client.close();
  }
}

interface Attack {
  readonly server: FakeServer;
  readonly pinned: X509Certificate;
}

async function sameNameAsTheCa(): Promise<Attack> {
  const [pinned] = readCertificates(alice.read('tls-ca.crt').toString(), 'tls-ca.crt');
  if (pinned === undefined) throw new Error('no CA');
  return { pinned, server: await fakeServer(pinned.subject.replace('CN=', ''), await newKey(), pinned.toString()) };
}

/** Of a CA that sets no key usage in leaves, as many private ones do. */
async function leafAsCa(): Promise<Attack> {
  const [caKey, bobKey] = [await newKey(), await newKey()];
  const ca = await certificate('Alice CA', caKey, 'Alice CA', caKey, [new BasicConstraintsExtension(true, undefined, true)]);
  const bobLeaf = await certificate('tokenclient', bobKey, 'Alice CA', caKey, [new BasicConstraintsExtension(false, undefined, true)]);
  return { pinned: new X509Certificate(ca), server: await fakeServer('tokenclient', bobKey, bobLeaf + ca) };
}

describe.each<[string, () => Promise<Attack>]>([
  ["sends Alice's CA along, whose name its own CA has", sameNameAsTheCa],
  ["lets the leaf of Bob's VM, which Alice's CA issued, act as a CA", leafAsCa],
])('a server that %s', (_name, prepare) => {
  let server: FakeServer;
  let pinned: X509Certificate;
  beforeAll(async () => {
    ({ server, pinned } = await prepare());
  });
  afterAll(() => server.stop());

  it("does not match a pin of Alice's CA: it is refused during the handshake, and no byte of ours reaches it", async () => {
    await expect(call(server, [pinOf(pinned)])).resolves.toMatch(/no certificate of the server's chain matches --tlsServerPin/);
    expect(server.heard()).toBe('');
  });

  it('would be believed without a pin, so it is the pin that refused it', async () => {
    await call(server, []);
    expect(server.heard()).toContain('PRI * HTTP/2.0');
  });
});
