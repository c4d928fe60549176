import { chmod, lstat, mkdir, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import { AppError, messageOf, type Log } from '../base/index.js';
import type { SecretStore } from './secret-store.js';
import type { Signer } from './signer.js';

/** What the socket hands out. */
export interface LocalService {
  readonly store: SecretStore;
  /** Undefined: the client was started without --exchangeSigningKey. */
  readonly signer: Signer | undefined;
  readonly log: Log;
}

const maxBodyBytes = 1024 * 1024;
const maxConnections = 64;
const timeoutMs = 10_000;

/** An answer. Error texts are constant: nothing of a request or a secret is repeated. */
interface Answer {
  readonly status: number;
  readonly type: 'application/json' | 'application/octet-stream';
  readonly body: Buffer;
}

const json = (status: number, value: unknown): Answer => ({
  status,
  type: 'application/json',
  body: Buffer.from(`${JSON.stringify(value)}\n`),
});
const problem = (status: number, error: string): Answer => json(status, { error });

/**
 * Serves secrets and signatures to workloads in any language by HTTP on a UNIX socket: `GET /secrets`, `GET /secrets/NAME`,
 * `POST /sign` (docs/workload.md). Who may open the socket is decided by the directory, which only our user may enter.
 * @throws AppError CONFIG_INVALID when the directory is open to others, or something else is at the path.
 */
export async function serveLocally(path: string, service: LocalService): Promise<{ close(): Promise<void> }> {
  await checkSocketPath(path);
  const server = createServer({ requestTimeout: timeoutMs, headersTimeout: timeoutMs, maxHeaderSize: 8192 }, (request, response) => {
    answer(request, service)
      .catch((error: unknown) => {
        service.log.error('socket.failed', { why: error instanceof AppError ? messageOf(error) : 'a mistake in this program' });
        return problem(500, 'it failed: the log of the client says why');
      })
      .then((made) => send(response, made))
      .catch(() => response.destroy());
  });
  server.maxConnections = maxConnections;
  await listen(server, path);
  service.log.info('socket.ready', { path });
  return {
    close: async () => {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await rm(path, { force: true });
    },
  };
}

/** Makes the directory when it is not there. @throws AppError CONFIG_INVALID */
export async function checkSocketPath(path: string): Promise<void> {
  const directory = dirname(path);
  try {
    await mkdir(directory, { mode: 0o700 });
  } catch {
    // It is there already, or it cannot be made; what it is follows.
  }
  const found = await lstat(directory).catch((error: unknown) => {
    throw new AppError('CONFIG_INVALID', `--socket ${path}: its directory cannot be used: ${messageOf(error)}`, { cause: error });
  });
  if (!found.isDirectory() || (found.mode & 0o077) !== 0 || found.uid !== process.geteuid?.()) {
    throw new AppError('CONFIG_INVALID', `--socket ${path}: its directory must be ours and closed to others: chmod 0700 ${directory}`);
  }
  const old = await lstat(path).catch(() => undefined);
  if (old === undefined) return;
  if (!old.isSocket()) throw new AppError('CONFIG_INVALID', `--socket ${path}: something else is there, remove it or choose another path`);
  await rm(path, { force: true });
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(new AppError('CONFIG_INVALID', `--socket ${path} cannot be opened: ${messageOf(error)}`, { cause: error }));
    });
    server.listen(path, () => {
      chmod(path, 0o600).then(resolve, reject);
    });
  });
}

async function answer(request: IncomingMessage, { store, signer }: LocalService): Promise<Answer> {
  const { method, url = '' } = request;
  if (url === '/secrets' && method === 'GET')
    return json(
      200,
      store.all.map(({ name, type }) => ({ name, type })),
    );
  const name = /^\/secrets\/([A-Za-z0-9_.-]{1,128})$/.exec(url)?.[1];
  if (name !== undefined && method === 'GET') {
    const value = store.value(name);
    if (value === undefined) return problem(404, 'the release has no secret of this name');
    return { status: 200, type: 'application/octet-stream', body: value.expose() };
  }
  if (url === '/sign' && method === 'POST') {
    if (signer === undefined) return problem(409, 'there is no signing key: start the client with --exchangeSigningKey');
    const body = await readBody(request);
    if (body === undefined) return problem(413, `at most ${maxBodyBytes} bytes are signed`);
    const { algorithm, signature, publicKeyPem } = await signer.sign(body);
    return json(200, { algorithm, signature: signature.toString('base64'), publicKeyPem });
  }
  return problem(404, 'there are GET /secrets, GET /secrets/NAME and POST /sign');
}

/** @returns undefined for a body that is too large. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, { status, type, body }: Answer): void {
  response.writeHead(status, { 'content-type': type, 'content-length': body.length, 'cache-control': 'no-store' });
  response.end(body);
}
