import { connect as connectTcp, type Socket } from 'node:net';
import { connect } from 'node:tls';
import { failureOf, ask, serverName, startWorld, type World } from './support/world.js';

let world: World;
const sockets: Socket[] = [];

beforeEach(async () => {
  world = await startWorld(['--maxConnections=64']);
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await world.stop();
});

/** Three strangers open more connections than they get. The server takes connections in the order in which they were opened. */
function flood(): void {
  for (const stranger of ['127.0.0.2', '127.0.0.3', '127.0.0.4'])
    for (let i = 0; i < 16; i++) sockets.push(connectTcp({ port: world.server.port, host: '127.0.0.1', localAddress: stranger }));
  for (const socket of sockets) socket.on('error', () => undefined);
}

/** Is a client from the address of the approval given a connection? */
function isLetIn(): Promise<boolean> {
  const socket = connect({
    port: world.server.port,
    host: '127.0.0.1',
    servername: serverName,
    ca: world.chain.read('tls-ca.crt'),
    cert: world.chain.read('tokenclient.crt'),
    key: world.chain.read('tokenclient.key'),
    ALPNProtocols: ['h2'],
  });
  sockets.push(socket);
  return new Promise((resolve) => {
    socket.once('secureConnect', () => resolve(true));
    socket.on('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}

test('an approved VM that was admitted before gets a connection while strangers hold all that they may have', async () => {
  world.approve();
  // It has not attested: refused, but only after the stages that tell who it is.
  expect(await failureOf(ask(world.release, 'GetToken', {}))).toMatchObject({ reason: 'ATTESTATION_REQUIRED' });
  flood();
  expect(await isLetIn()).toBe(true);
});

test.each([
  ['has no approval', () => undefined, 'INSTANCE_UNKNOWN'],
  ['has an approval for another address', () => world.approve({ peer_address: '198.51.100.7' }), 'PEER_ADDRESS'],
])('a VM that %s is a stranger', async (_name, approve, reason) => {
  approve();
  expect(await failureOf(ask(world.release, 'GetToken', {}))).toMatchObject({ reason });
  flood();
  expect(await isLetIn()).toBe(false);
});
