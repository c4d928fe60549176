import { once } from 'node:events';
import { createSecureServer, createServer, type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import protobuf from 'protobufjs';

// A far side that says whatever a test wants, bare HTTP/2: gRPC's framing is written here, and the messages are those of
// Google's client. @see https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md

const messages = protobuf.loadSync(join(dirname(require.resolve('@google-cloud/firestore')), '../protos/v1.json'));

/** One message of google.firestore.v1 on the wire. */
export function firestoreMessage(name: string, content: object): Buffer {
  const type = messages.lookupType(`google.firestore.v1.${name}`);
  return Buffer.from(type.encode(type.fromObject(content)).finish());
}

export interface Call {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** As Google's messages read it. */
  readonly request: Readonly<Record<string, unknown>>;
  /** Sends a message: one of BatchGetDocumentsResponse, or these bytes. */
  send(answer: object | Buffer): void;
  /** Ends the call. @param code of gRPC; 0 is OK. */
  end(code?: number): void;
  /** Breaks the whole connection off. */
  breakOff(): void;
  /** The caller has gone. */
  readonly closed: Promise<unknown>;
}

export interface BareFirestore {
  readonly address: string;
  readonly calls: Call[];
  stop(): Promise<void>;
}

/** With TLS where there is a certificate. @param answer what the far side does with a call. @param port 0 for any. */
export async function startBareFirestore(
  answer: (call: Call) => void,
  port = 0,
  tls?: { readonly cert: Buffer; readonly key: Buffer },
): Promise<BareFirestore> {
  const calls: Call[] = [];
  const sessions = new Set<ServerHttp2Session>();
  const server = tls === undefined ? createServer() : createSecureServer(tls);
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
    session.on('error', () => session.destroy());
  });
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    void readCall(stream, headers).then((call) => {
      calls.push(call);
      answer(call);
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    stop: async () => {
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function readCall(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<Call> {
  stream.on('error', () => stream.destroy());
  const closed = once(stream, 'close');
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const method = String(headers[':path']).split('/').at(-1) ?? '';
  const type = messages.lookupType(`google.firestore.v1.${method}Request`);
  const request = type.toObject(type.decode(Buffer.concat(chunks).subarray(5)), { longs: Number });
  let begun = false;
  const begin = (): void => {
    if (begun || stream.destroyed) return;
    begun = true;
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  };
  return {
    method,
    headers,
    request,
    closed,
    send: (content) => {
      begin();
      const bytes = Buffer.isBuffer(content) ? content : firestoreMessage('BatchGetDocumentsResponse', content);
      const frame = Buffer.alloc(5);
      frame.writeUInt32BE(bytes.length, 1);
      if (!stream.destroyed) stream.write(Buffer.concat([frame, bytes]));
    },
    end: (code = 0) => {
      begin();
      stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(code), 'grpc-message': 'of the test' }));
      stream.end();
    },
    breakOff: () => stream.session?.destroy(),
  };
}
