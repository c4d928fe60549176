import { Client, credentials, Metadata, status, type ServiceDefinition, type ServiceError } from '@grpc/grpc-js';
import { createCore, type CloudCore, type RunningService } from '../../src/localcloud/core.js';
import { startGrpcService } from '../../src/localcloud/grpc-service.js';

const encode = (value: object): Buffer => Buffer.from(JSON.stringify(value));
const decode = (bytes: Buffer): object => JSON.parse(bytes.toString()) as object;
const method = {
  path: '/test.Echo/Say',
  requestStream: false,
  responseStream: false,
  requestSerialize: encode,
  requestDeserialize: decode,
  responseSerialize: encode,
  responseDeserialize: decode,
} as const;
const definition: ServiceDefinition = { say: method, shout: { ...method, path: '/test.Echo/Shout' } };

let core: CloudCore;
let service: RunningService;
let client: Client;
beforeEach(async () => {
  core = createCore(() => new Date());
  const handlers = {
    say: (request: unknown, caller: { require(project: string, permission: string, resource: string): void }) => {
      caller.require('p', 'echo.say', 'projects/p/echo');
      return { heard: request };
    },
  };
  service = await startGrpcService({ core, api: 'kms', definition, handlers });
  client = new Client(service.address, credentials.createInsecure());
});
afterEach(async () => {
  client.close();
  await service.close();
});

function call(path: string, authorization?: string, deadlineMs = 5000): Promise<object | undefined> {
  const metadata = new Metadata();
  if (authorization !== undefined) metadata.set('authorization', authorization);
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, encode, decode, { word: 'hello' }, metadata, { deadline: Date.now() + deadlineMs }, (error, reply) =>
      error === null ? resolve(reply) : reject(error),
    );
  });
}
const codeOf = (answer: Promise<unknown>): Promise<number> =>
  answer.then(
    () => status.OK,
    (error: ServiceError) => error.code,
  );

function bearer(): string {
  const principal = core.principals.named('alice@example.com');
  core.principals.grant(principal, 'p', ['echo.say']);
  return `Bearer ${core.principals.issueToken(principal).accessToken}`;
}

test('a call with a live token and the permission is answered, and counted', async () => {
  expect(await call(method.path, bearer())).toEqual({ heard: { word: 'hello' } });
  expect(core.calls.count('kms')).toBe(1);
  expect(core.calls.paths('kms')).toEqual([method.path]);
});

test('no token and an unknown one are UNAUTHENTICATED; a missing permission is PERMISSION_DENIED and named', async () => {
  expect(await codeOf(call(method.path))).toBe(status.UNAUTHENTICATED);
  expect(await codeOf(call(method.path, 'Bearer made-up'))).toBe(status.UNAUTHENTICATED);
  const authorization = bearer();
  core.principals.revokeGrant(core.principals.named('alice@example.com'), 'p');
  await expect(call(method.path, authorization)).rejects.toMatchObject({
    code: status.PERMISSION_DENIED,
    details: "Required 'echo.say' permission for 'projects/p/echo'",
  });
});

test('a method without handler is UNIMPLEMENTED', async () => {
  expect(await codeOf(call('/test.Echo/Shout', bearer()))).toBe(status.UNIMPLEMENTED);
});

test.each([
  [429, status.RESOURCE_EXHAUSTED],
  [500, status.INTERNAL],
  [503, status.UNAVAILABLE],
  [504, status.DEADLINE_EXCEEDED],
])('a fault of HTTP status %i is the gRPC status that Google pairs with it', async (httpStatus, code) => {
  core.faults.set('kms', { kind: 'error', status: httpStatus }, undefined, 1);
  const authorization = bearer();
  expect(await codeOf(call(method.path, authorization))).toBe(code);
  expect(await codeOf(call(method.path, authorization))).toBe(status.OK);
});

test('a hanging service lets the caller’s deadline pass', async () => {
  core.faults.set('kms', { kind: 'hang' });
  expect(await codeOf(call(method.path, bearer(), 2_000))).toBe(status.DEADLINE_EXCEEDED);
  expect(core.calls.count('kms')).toBe(1);
});

test('a truncated answer is half of the message, and one of a wrong type is another message', async () => {
  const seen: Buffer[] = [];
  const keep = (bytes: Buffer): object => {
    seen.push(bytes);
    return {};
  };
  const authorization = bearer();
  const raw = (): Promise<object | undefined> => {
    const metadata = new Metadata();
    metadata.set('authorization', authorization);
    return new Promise((resolve, reject) => {
      client.makeUnaryRequest(method.path, encode, keep, { word: 'hello' }, metadata, (error, reply) =>
        error === null ? resolve(reply) : reject(error),
      );
    });
  };
  await raw();
  core.faults.set('kms', { kind: 'truncate' }, undefined, 1);
  await raw();
  core.faults.set('kms', { kind: 'wrong-type' }, undefined, 1);
  await raw();
  const whole = encode({ heard: { word: 'hello' } });
  expect(seen).toEqual([whole, whole.subarray(0, Math.floor(whole.length / 2)), Buffer.from([0x08, 0x07])]);
});
