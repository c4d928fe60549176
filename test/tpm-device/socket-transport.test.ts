import { once } from 'node:events';
import net, { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { openTransport } from '../../src/tpm-device/open-transport.js';
import { response } from './support/vectors.js';

let server: Server | undefined;
const sockets = new Set<Socket>();

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  if (server !== undefined) await new Promise((resolve) => server?.close(resolve));
  server = undefined;
});

/** A peer that does with each command what the test says. @returns its location. */
async function peer(answer: (socket: Socket, command: Buffer) => void): Promise<string> {
  server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('data', (command) => answer(socket, command));
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const command = Buffer.from('80010000000c0000017b0008', 'hex');

test('a response that comes byte by byte is collected until it is as long as its header says', async () => {
  const whole = response(0, Buffer.from('0123456789'));
  const location = await peer((socket) => {
    const next = (i: number): void => {
      if (i < whole.length) socket.write(whole.subarray(i, i + 1), () => setImmediate(next, i + 1));
    };
    next(0);
  });
  const transport = await openTransport(location);
  expect(await transport.transmit(command)).toEqual(whole);
  expect(await transport.transmit(command)).toEqual(whole);
  await transport.close();
  await transport.close();
});

test.each([
  ['more bytes than announced', Buffer.concat([response(0), Buffer.alloc(1)]), /response\/size: 11 bytes came/],
  ['a size over 4,096', Buffer.from('80010000100100000000', 'hex'), /size: 4097 is not in 10\.\.4096/],
  ['a size under a header', Buffer.from('80010000000900000000', 'hex'), /size: 9 is not in/],
])('%s is an error, and the connection is given up', async (_name, answer, message) => {
  const location = await peer((socket) => socket.write(answer));
  const transport = await openTransport(location);
  await expect(transport.transmit(command)).rejects.toMatchObject({
    code: 'BYTES_MALFORMED',
    message: expect.stringMatching(message) as string,
  });
  await expect(transport.transmit(command)).rejects.toMatchObject({ code: 'TPM_UNAVAILABLE' });
});

test('a peer that hangs up in the middle of a response is an error', async () => {
  const location = await peer((socket) => socket.end(response(0).subarray(0, 7)));
  const transport = await openTransport(location);
  await expect(transport.transmit(command)).rejects.toMatchObject({
    code: 'TPM_UNAVAILABLE',
    message: expect.stringContaining('closed the connection') as string,
  });
});

test('bytes that answer no command end the connection', async () => {
  const location = await peer((socket) => socket.write(response(0)));
  const transport = await openTransport(location);
  expect(await transport.transmit(command)).toEqual(response(0));
  const [socket] = sockets;
  socket?.write(response(0));
  if (socket !== undefined && !socket.closed) await once(socket, 'close');
  await expect(transport.transmit(command)).rejects.toMatchObject({ code: 'TPM_UNAVAILABLE' });
});

test('an abort rejects at once and ends the connection', async () => {
  const location = await peer(() => undefined);
  const transport = await openTransport(location);
  const cancel = new AbortController();
  const pending = transport.transmit(command, cancel.signal);
  cancel.abort(new Error('too late'));
  await expect(pending).rejects.toThrow('too late');
  await expect(transport.transmit(command)).rejects.toMatchObject({ code: 'TPM_UNAVAILABLE' });
});

test('nobody listening says to start swtpm', async () => {
  const location = await peer(() => undefined);
  await new Promise((resolve) => server?.close(resolve));
  server = undefined;
  await expect(openTransport(location)).rejects.toMatchObject({
    code: 'TPM_UNAVAILABLE',
    message: `${location}: no software TPM listens there; start swtpm, or correct the location`,
  });
  await expect(openTransport('unix:/no/such/socket')).rejects.toMatchObject({ code: 'TPM_UNAVAILABLE' });
});

describe('a software TPM whose queue of connections is full', () => {
  const real = net.connect;
  const full = (): Socket => {
    const socket = new net.Socket();
    process.nextTick(() => socket.destroy(Object.assign(new Error('connect EAGAIN'), { code: 'EAGAIN' })));
    return socket;
  };
  afterEach(() => jest.restoreAllMocks());

  test('is tried again', async () => {
    const location = await peer((socket) => socket.write(response(0)));
    const connect = jest.spyOn(net, 'connect').mockImplementation(full as typeof net.connect);
    connect.mockImplementationOnce(full as typeof net.connect).mockImplementationOnce(real);
    const transport = await openTransport(location);
    expect(await transport.transmit(command)).toEqual(response(0));
    expect(connect).toHaveBeenCalledTimes(2);
    await transport.close();
  });

  test('is called busy in the end', async () => {
    const connect = jest.spyOn(net, 'connect').mockImplementation(full as typeof net.connect);
    await expect(openTransport('unix:/run/swtpm')).rejects.toMatchObject({
      code: 'TPM_UNAVAILABLE',
      message: expect.stringMatching(/^unix:\/run\/swtpm: busy: .*stop the other program$/) as string,
      context: { errno: 'EAGAIN' },
    });
    expect(connect).toHaveBeenCalledTimes(10);
  });
});

test.each([
  'tcp://10.0.0.1:2321',
  'tcp://tpm.example.com:2321',
  'tcp://127.0.0.1',
  'tcp://127.0.0.1:0',
  'tcp://127.0.0.1:70000',
  'unix:relative',
  'tpm0',
  '',
])('the location "%s" is refused', async (location) => {
  await expect(openTransport(location)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});
