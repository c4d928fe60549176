import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import type { FirestoreRpc } from '../../src/gcp/firestore-rpc.js';
import { makeChain, type ChainFiles } from '../support/chain.js';
import { startBareFirestore, type BareFirestore } from './support/bare-firestore.js';

// Without an emulator: TLS to firestore.googleapis.com. A proxy, which grpc-js takes from the environment, leads there to
// servers of the test; the authority of their certificates is the only one that grpc-js trusts here.

const document = 'projects/alice/databases/(default)/documents/c/a';
const environment = { ...process.env };
const chains: ChainFiles[] = [];
const servers: BareFirestore[] = [];
let proxy: Server;
const sockets = new Set<Socket>();
/** What the proxy was asked for, and where it leads. */
const asked: (string | undefined)[] = [];
let target: BareFirestore;

async function startWith(chain: ChainFiles): Promise<BareFirestore> {
  const tls = { cert: chain.read('tokenservice.crt'), key: chain.read('tokenservice.key') };
  const server = await startBareFirestore(
    (call) => {
      call.send({ missing: document });
      call.end();
    },
    0,
    tls,
  );
  servers.push(server);
  return server;
}

function chainFor(name: string): ChainFiles {
  const chain = makeChain('--serverName', name, '--serverOnly');
  chains.push(chain);
  return chain;
}

beforeAll(async () => {
  proxy = createServer();
  proxy.on('connect', (request, client: Socket) => {
    asked.push(request.url);
    const upstream = connect(Number(target.address.split(':')[1]), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      client.pipe(upstream).pipe(client);
    });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
});

afterAll(async () => {
  process.env = environment;
  for (const socket of sockets) socket.destroy();
  proxy.close();
  await Promise.all(servers.map((server) => server.stop()));
  for (const chain of chains) chain.remove();
});

/** A channel of a process that trusts this authority: grpc-js reads which, once, as it is loaded. */
async function openTrusting(chain: ChainFiles, deadlineMs: number): Promise<FirestoreRpc> {
  process.env = {
    ...environment,
    no_proxy: '',
    // It would tell of the connections that fail, some after the test.
    GRPC_VERBOSITY: 'NONE',
    grpc_proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: join(chain.directory, 'tls-ca.crt'),
  };
  jest.resetModules();
  const { openFirestoreRpc } = await import('../../src/gcp/firestore-rpc.js');
  const headers = (): Promise<Record<string, string>> =>
    Promise.resolve({ authorization: 'Bearer of Alice', 'x-goog-user-project': 'alice' });
  return openFirestoreRpc({ credentials: { headers }, projectId: 'alice', address: undefined, deadlineMs });
}

it('Firestore is asked over TLS, with the headers of the credentials', async () => {
  const chain = chainFor('firestore.googleapis.com');
  target = await startWith(chain);
  const rpc = await openTrusting(chain, 20_000);
  expect((await rpc.batchGet([document])).size).toBe(1);
  await rpc.commit({ delete: document });
  rpc.close();
  expect(new Set(asked)).toEqual(new Set(['firestore.googleapis.com:443']));
  const database = 'projects/alice/databases/(default)';
  for (const { headers } of target.calls) {
    expect(headers).toMatchObject({
      authorization: 'Bearer of Alice',
      'x-goog-user-project': 'alice',
      'google-cloud-resource-prefix': database,
      'x-goog-request-params': `database=${encodeURIComponent(database)}`,
    });
  }
  expect(target.calls.map(({ method }) => method)).toEqual(['BatchGetDocuments', 'Commit']);
});

it.each([
  ['of an authority that is not trusted', 'firestore.googleapis.com', () => chainFor('firestore.googleapis.com')],
  ['for another name', 'storage.googleapis.com', undefined],
])('whoever shows a certificate %s gets no call, and no token', async (_what, name, other) => {
  const chain = chainFor(name);
  target = await startWith(chain);
  asked.splice(0);
  const rpc = await openTrusting(other?.() ?? chain, 1000);
  await expect(rpc.batchGet([document])).rejects.toMatchObject({ code: 4 });
  rpc.close();
  expect(asked).not.toEqual([]);
  expect(target.calls).toEqual([]);
});
