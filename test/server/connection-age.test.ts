import { once } from 'node:events';
import { connect, type ClientHttp2Session, type ClientHttp2Stream, type IncomingHttpHeaders } from 'node:http2';
import { serverName, startWorld, type World } from './support/world.js';

let world: World;
let session: ClientHttp2Session;

beforeEach(async () => {
  world = await startWorld(['--settleSeconds=0'], {}, { connectionAgeMs: 200 });
  world.approve({ release_policy: 'identity' });
  session = connect(`https://127.0.0.1:${world.server.port}`, {
    servername: serverName,
    ca: world.chain.read('tls-ca.crt'),
    cert: world.chain.read('tokenclient.crt'),
    key: world.chain.read('tokenclient.key'),
  });
  session.on('error', () => undefined);
});
afterEach(async () => {
  session.destroy();
  await world.stop();
});

/** GetToken with an empty request: one frame of length 0. @see https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
function getToken(): ClientHttp2Stream {
  const stream = session.request({
    ':method': 'POST',
    ':path': '/tokenservice.TokenService/GetToken',
    'content-type': 'application/grpc',
    te: 'trailers',
    authorization: 'Bearer good',
  });
  stream.end(Buffer.alloc(5));
  stream.resume();
  return stream;
}

test('a connection that is old enough ends, so that a client authority that was withdrawn is asked for again', async () => {
  const [code] = (await once(session, 'goaway')) as [number];
  expect(code).toBe(0);
  await once(session, 'close');
});

test('a call that runs then gets its answer first', async () => {
  const { compute } = world.cloud;
  const instance = compute.instance.bind(compute);
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  compute.instance = async (...args) => {
    await held;
    return await instance(...args);
  };
  const goaway = once(session, 'goaway');
  const trailers = once(getToken(), 'trailers') as Promise<[IncomingHttpHeaders]>;
  await goaway;
  letGo();
  expect((await trailers)[0]['grpc-status']).toBe('0');
});
