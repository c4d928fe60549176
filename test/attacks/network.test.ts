import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Client, Metadata, status } from '@grpc/grpc-js';
import type { Vm } from '../../src/localcloud/index.js';
import { tokenServiceDefinition, verifierDefinition } from '../../src/wire/index.js';
import { Caller, claimsOf, identityToken } from '../e2e/support/caller.js';
import { anyKeys, Siege } from './support/siege.js';

// Strangers, and clients that went bad: whatever they send, the server lives on, says little, and spends nothing on them.

let siege: Siege;
let vm: Vm;

beforeAll(async () => {
  siege = await Siege.open(['--callsPerMinute', '60000']);
  vm = await siege.approvedVm();
}, 60_000);

afterAll(() => siege.close());

const methods = [...Object.values(tokenServiceDefinition), ...Object.values(verifierDefinition)];

interface RawAnswer {
  readonly status: string;
  readonly details: string;
}

/** Sends bytes as they are to one method. */
async function sendRaw(path: string, bytes: Buffer, token: string): Promise<RawAnswer> {
  const caller = new Caller(siege.world);
  const client = new Client(siege.world.setting.address, caller.channel.credentials, caller.channel.options);
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${token}`);
  try {
    return await new Promise((resolve) => {
      client.makeUnaryRequest(
        path,
        (value: Buffer) => value,
        (value: Buffer) => value,
        bytes,
        metadata,
        { deadline: Date.now() + 20_000 },
        (error) => resolve({ status: error === null ? 'OK' : (status[error.code] ?? 'UNKNOWN'), details: error?.details ?? '' }),
      );
    });
  } finally {
    client.close();
    caller.close();
  }
}

const stillServes = async (): Promise<void> => {
  await expect(siege.ask(vm)).resolves.toHaveProperty('value');
};

/** Bytes that are no message of these methods, or one whose parts are nonsense. */
const hostile: readonly Buffer[] = [
  Buffer.from('ff', 'hex'),
  Buffer.from('0affffffff0f', 'hex'),
  Buffer.from('0a05ff', 'hex'),
  Buffer.from('1a03414141', 'hex'),
  Buffer.from('0800', 'hex'),
  Buffer.concat([Buffer.from('2a80ff01', 'hex'), randomBytes(32_640)]),
  ...Array.from({ length: 30 }, (_, i) => randomBytes(1 + i * 17)),
];

it('a thousand valid tokens of unknown VMs cause no call to Compute or the audit log', async () => {
  const claims = claimsOf(await identityToken(vm));
  const before = siege.cloudCalls;
  let number = 0;
  const token = (): Promise<string> => {
    const stranger = structuredClone(claims);
    stranger.iat = Math.floor(Date.now() / 1000);
    stranger.exp = stranger.iat + 3600;
    stranger.google.compute_engine['instance_id'] = String(7_000_000_000_000_000_000n + BigInt(number++));
    return Promise.resolve(siege.world.cloud.signIdentityToken(stranger as never));
  };
  const answers = await siege.as(token, async (caller) => {
    const all: unknown[] = [];
    for (let round = 0; round < 20; round++) {
      all.push(...(await Promise.all(Array.from({ length: 50 }, () => caller.makeCredential(anyKeys)))));
    }
    return all;
  });
  expect(answers).toHaveLength(1000);
  expect(answers.filter((answer) => (answer as { reason?: string }).reason !== 'INSTANCE_UNKNOWN')).toEqual([]);
  expect(siege.cloudCalls).toEqual(before);
  await stillServes();
}, 60_000);

it.each(methods.map(({ path }) => path))(
  '%s answers hostile bytes with an error, and the server lives on',
  async (path) => {
    const { pid } = siege.world.server;
    const token = await identityToken(vm);
    for (const bytes of hostile) {
      const answer = await sendRaw(path, bytes, token);
      expect(answer.status).not.toBe('OK');
      expect(answer.status).not.toBe('UNAVAILABLE');
    }
    expect(siege.world.server.pid).toBe(pid);
    await stillServes();
  },
  60_000,
);

it('a message over 64 KiB is refused before it is decoded', async () => {
  const [method] = methods;
  const answer = await sendRaw(method?.path ?? '', Buffer.alloc(70_000), await identityToken(vm));
  expect(answer.status).toBe('RESOURCE_EXHAUSTED');
  await stillServes();
});

it.each([
  ['that does not exist', '/tokenservice.TokenService/GetAll'],
  ['of server reflection', '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo'],
  ['of its first version', '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo'],
  ['of the health service, which has a port of its own', '/grpc.health.v1.Health/Check'],
])('a method %s is UNIMPLEMENTED', async (_what, path) => {
  await expect(sendRaw(path, Buffer.alloc(0), await identityToken(vm))).resolves.toMatchObject({ status: 'UNIMPLEMENTED' });
});

it('one connection is told that it may have 32 streams at once', async () => {
  const [host = '', port = ''] = siege.world.setting.address.split(':');
  const session = connectHttp2('https://tokenservice.esodemoapp2.com', {
    createConnection: () =>
      connectTls({
        ...{ host, port: Number(port), servername: 'tokenservice.esodemoapp2.com', ALPNProtocols: ['h2'] },
        ca: siege.world.certificate('tls-ca.crt'),
        cert: siege.world.certificate('tokenclient.crt'),
        key: siege.world.certificate('tokenclient.key'),
      }),
  });
  const [settings] = (await once(session, 'remoteSettings')) as [{ maxConcurrentStreams?: number }];
  expect(settings.maxConcurrentStreams).toBe(32);
  session.destroy();
  await stillServes();
});

it('metadata without a value, in the description of a VM, is a refusal and no crash', async () => {
  const strange = await siege.insertVm({ tpm: false, overrides: { metadata: { items: [{ key: 'user-data' }] } } });
  await siege.approveAs(strange, vm);
  expect(await siege.refusedBy(() => siege.ask(strange))).toContain('metadata-instance');
  await stillServes();
});

it('bytes that are no TLS, and handshakes that never end, leave the port open for others', async () => {
  const [host = '', port = ''] = siege.world.setting.address.split(':');
  const sockets = Array.from({ length: 50 }, (_, i) => {
    const socket = connectTcp(Number(port), host);
    socket.on('error', () => undefined);
    socket.write(i % 2 === 0 ? Buffer.from('160301', 'hex') : randomBytes(200));
    return socket;
  });
  await stillServes();
  for (const socket of sockets) socket.destroy();
});

it('TLS 1.2 and a client without a certificate get no connection', async () => {
  const [host = '', port = ''] = siege.world.setting.address.split(':');
  const ca = siege.world.certificate('tls-ca.crt');
  const attempts = [
    { maxVersion: 'TLSv1.2' as const, cert: siege.world.certificate('tokenclient.crt'), key: siege.world.certificate('tokenclient.key') },
    {},
  ];
  for (const attempt of attempts) {
    const socket = connectTls({
      host,
      port: Number(port),
      ca,
      servername: 'tokenservice.esodemoapp2.com',
      ALPNProtocols: ['h2'],
      ...attempt,
    });
    socket.on('error', () => undefined);
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  }
  await stillServes();
});

it("no error text repeats what Google's APIs said, or tells what was expected", async () => {
  const { cloud, stage } = siege.world;
  const token = await identityToken(vm);
  const request = verifierDefinition.MakeCredential.requestSerialize(anyKeys as never);
  const path = verifierDefinition.MakeCredential.path;
  cloud.revokeGrant(stage.cast.server, vm.project, ['compute.instances.get']);
  const forbidden = await sendRaw(path, request, token);
  cloud.grant(stage.cast.server, vm.project, ['compute.instances.get']);
  const changed = await siege.whileApprovalSays(vm, { boot_image_id: '1234567890123456789' }, () => sendRaw(path, request, token));
  for (const { details } of [forbidden, changed]) {
    expect(details).toMatch(/^refused: [A-Z_]+: .* \(decision [0-9a-f-]{36}\)$/);
    expect(details).not.toMatch(/projects\/|Required '|1234567890123456789|instances\.get/);
  }
});
