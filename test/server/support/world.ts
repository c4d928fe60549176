import { X509Certificate } from 'node:crypto';
import { Metadata, type ServiceError } from '@grpc/grpc-js';
import { createLog, Secret } from '../../../src/base/index.js';
import type { ServerPolicy } from '../../../src/appraisal/index.js';
import type { ProvisioningRecord } from '../../../src/record/index.js';
import { readConfig } from '../../../src/server/config.js';
import { startServer, type RunningServer, type ServerStart } from '../../../src/server/server.js';
import { loadTlsMaterial } from '../../../src/server/service/certificates.js';
import {
  openChannel,
  readRefusal,
  TokenServiceClient,
  VerifierClient,
  type Channel,
  type ReleasedSecret,
  type TokenServiceStub,
  type VerifierStub,
} from '../../../src/wire/index.js';
import { record } from '../../appraisal/evidence-fixture.js';
import { makeChain, type ChainFiles } from '../../support/chain.js';
import { fakeCloud, type FakeCloud } from './fake-cloud.js';

/** A TokenServer on loopback with real TLS and gRPC, and a cloud in memory. */
export interface World {
  readonly cloud: FakeCloud;
  readonly server: RunningServer;
  readonly chain: ChainFiles;
  readonly release: TokenServiceStub;
  readonly verifier: VerifierStub;
  readonly channel: Channel;
  readonly logLines: Record<string, unknown>[];
  /** What the record's secrets open to. */
  secrets: readonly { readonly name: string; readonly type: ReleasedSecret['type']; readonly value: string }[];
  /** The approval of the fixture, for this world's addresses and certificates. */
  approve(overrides?: Readonly<Record<string, unknown>>): ProvisioningRecord;
  stop(): Promise<void>;
}

/** One chain for all worlds of a test file: making one takes longer than most tests. */
let sharedChain: ChainFiles | undefined;

afterAll(() => {
  sharedChain?.remove();
});

export const serverName = 'tokenservice.esodemoapp2.com';

export async function startWorld(
  flags: readonly string[] = [],
  policy: Partial<ServerPolicy> = {},
  start: Partial<ServerStart> = {},
): Promise<World> {
  const chain = (sharedChain ??= makeChain());
  const cloud = fakeCloud();
  const logLines: Record<string, unknown>[] = [];
  const log = createLog({ name: 'test', level: 'debug', write: (line) => logLines.push(JSON.parse(line) as Record<string, unknown>) });
  const config = readConfig([...serverFlags(chain), ...flags], {});
  const material = await loadTlsMaterial(config.tls, () => cloud.secretManager, new Date());
  const world = { secrets: [{ name: 'raw', type: 'RAW' as const, value: 'fooobar' }] as World['secrets'] };
  const server = await startServer({
    config: { ...config, policy: { ...config.policy, ...policy } },
    cloud,
    material,
    secrets: {
      open: () => Promise.resolve(world.secrets.map(({ value, ...rest }) => ({ ...rest, data: new Secret(Buffer.from(value)) }))),
    },
    log,
    now: () => new Date(cloud.nowSeconds * 1000),
    ...start,
  });
  const channel = openChannel({
    serverName,
    ca: chain.read('tls-ca.crt'),
    certificate: chain.read('tokenclient.crt'),
    key: new Secret(chain.read('tokenclient.key')),
    pins: [],
  });
  const address = `127.0.0.1:${server.port}`;
  const release = new TokenServiceClient(address, channel.credentials, channel.options);
  const verifier = new VerifierClient(address, channel.credentials, channel.options);
  const certificate = new X509Certificate(chain.read('tokenclient.crt'));
  return Object.assign(world, {
    cloud,
    server,
    chain,
    release,
    verifier,
    channel,
    logLines,
    approve: (overrides: Readonly<Record<string, unknown>> = {}) => {
      cloud.record = record({
        peer_address: '127.0.0.1',
        peer_serial_number: BigInt(`0x${certificate.serialNumber}`).toString(),
        peer_certificate_sha256: [certificate.fingerprint256.replaceAll(':', '').toLowerCase()],
        ...overrides,
      });
      return cloud.record;
    },
    stop: async () => {
      release.close();
      verifier.close();
      await server.stop(1000);
    },
  });
}

/** Flags of a server with mTLS on any port of loopback. */
export const serverFlags = (chain: ChainFiles): readonly string[] => [
  '--grpcport=127.0.0.1:0',
  '--useMTLS',
  `--tlsCert=${chain.path('tokenservice.crt')}`,
  `--tlsKey=${chain.path('tokenservice.key')}`,
  `--tlsCertChain=${chain.path('tls-ca.crt')}`,
  '--tsAudience=https://tokenserver',
  '--firestoreProjectId=ts-project',
];

export const bearer = (token = 'good'): Metadata => {
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${token}`);
  return metadata;
};

type Method = (request: object, metadata: Metadata, callback: (error: ServiceError | null, value?: unknown) => void) => unknown;

/** One call by the name of its method; rejects with the ServiceError. */
export const ask = <Response>(stub: object, method: string, request: object, metadata: Metadata = bearer()): Promise<Response> =>
  new Promise((resolve, reject) => {
    const call = Reflect.get(stub, method) as Method;
    call.call(stub, request, metadata, (error, value) => {
      if (error !== null || value === undefined) reject(error ?? new Error('no answer'));
      else resolve(value as Response);
    });
  });

/** gRPC code and reason of a call that must fail. */
export async function failureOf(
  call: Promise<unknown>,
): Promise<{ code: number; reason: string | undefined; details: string; healedBy?: string; retryAfterSeconds?: number }> {
  try {
    await call;
  } catch (error) {
    const { code, details } = error as ServiceError;
    const refusal = readRefusal(error);
    return {
      code,
      reason: refusal?.reason,
      details,
      ...(refusal === undefined ? {} : { healedBy: refusal.healedBy }),
      ...(refusal?.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: refusal.retryAfterSeconds }),
    };
  }
  throw new Error('the call was answered');
}
