import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from '../../src/gcp/http.js';

// A server that breaks the first connections it gets, and answers the rest.
let server: Server;
let broken = 0;
let seen = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    seen++;
    if (broken-- > 0) request.socket.destroy();
    else response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const call = (signal?: AbortSignal): Promise<Response> =>
  connect({ what: 'a call', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }, signal === undefined ? {} : { signal });

beforeEach(() => {
  seen = 0;
});

it('one broken connection is tried once more', async () => {
  broken = 1;
  expect((await call()).status).toBe(200);
  expect(seen).toBe(2);
});

it('two are not', async () => {
  broken = 2;
  await expect(call()).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
  expect(seen).toBe(2);
});

it('a call that was cancelled is not tried again', async () => {
  broken = 0;
  await expect(call(AbortSignal.abort())).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
  expect(seen).toBe(0);
});
