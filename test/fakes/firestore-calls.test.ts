import { once } from 'node:events';
import { credentials, makeClientConstructor, type ClientReadableStream, type ServiceError } from '@grpc/grpc-js';
import { createCore, type CloudCore, type RunningService } from '../../src/localcloud/core.js';
import type { Fault } from '../../src/localcloud/faults.js';
import { startFirestore } from '../../src/localcloud/firestore.js';
import { googleService } from '../../src/localcloud/google-protos.js';

// One call of the Firestore in this process, and what a fault makes of it. Read with Google's own description of the messages.
const definition = googleService('@google-cloud/firestore', 'google.firestore.v1.Firestore', 'v1.json');
const FirestoreClient = makeClientConstructor(definition, 'Firestore');
const database = 'projects/p/databases/(default)';
const nameOf = (id: string): string => `${database}/documents/c/${id}`;

interface Answer {
  readonly found?: { readonly name: string; readonly fields: Readonly<Record<string, object>> };
  readonly missing?: string;
}
type Read = (request: object, options?: object) => ClientReadableStream<Answer>;
type Commit = (request: object, done: (error: ServiceError | null) => void) => void;

let core: CloudCore;
let service: RunningService;
let client: InstanceType<typeof FirestoreClient>;

beforeAll(async () => {
  core = createCore(() => new Date());
  service = await startFirestore(core, 'in-process');
  client = new FirestoreClient(service.address, credentials.createInsecure());
});
beforeEach(() => set('a', { text: { stringValue: 'one' }, count: { integerValue: '1' } }));
afterEach(() => core.faults.clear());
afterAll(async () => {
  client.close();
  await service.close();
});

const set = (id: string, fields: object): Promise<void> =>
  new Promise((resolve, reject) => {
    (client['Commit'] as Commit).call(client, { database, writes: [{ update: { name: nameOf(id), fields } }] }, (error) =>
      error === null ? resolve() : reject(error),
    );
  });

/** All answers to a read of a, which is there, and of b, which is not. @throws what the call ended with */
async function read(options: object = {}): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  const stream = (client['BatchGetDocuments'] as Read).call(client, { database, documents: [nameOf('a'), nameOf('b')] }, options);
  stream.on('data', (answer: Answer) => answers.push(answer));
  await once(stream, 'end');
  return answers;
}
const told = async (): Promise<readonly unknown[]> =>
  (await read()).map(({ found, missing }) => [found?.name ?? missing, found?.fields['text'], found?.fields['count']]);
const one = [nameOf('a'), expect.objectContaining({ stringValue: 'one' }), expect.objectContaining({ integerValue: '1' })];
const none = [nameOf('b'), undefined, undefined];
const nothing = [undefined, undefined, undefined];

it('without a fault, a call is answered and counted by its path', async () => {
  const before = core.calls.count('firestore');
  expect(await told()).toEqual([one, none]);
  expect(core.calls.count('firestore')).toBe(before + 1);
  expect(core.calls.paths('firestore').at(-1)).toBe('/google.firestore.v1.Firestore/BatchGetDocuments');
});

// https://cloud.google.com/apis/design/errors#http_mapping
it.each<[Fault, number]>([
  [{ kind: 'error', status: 500 }, 13],
  [{ kind: 'error', status: 503 }, 14],
  [{ kind: 'error', status: 429 }, 8],
  [{ kind: 'error', status: 401 }, 16],
  [{ kind: 'forbidden' }, 7],
])('%j ends each call with status %i, and nothing is written', async (fault, code) => {
  core.faults.set('firestore', fault);
  await expect(read()).rejects.toMatchObject({ code });
  await expect(set('a', {})).rejects.toMatchObject({ code });
  core.faults.clear();
  expect(await told()).toEqual([one, none]);
});

it('a fault hits the method and the number of calls that were named', async () => {
  core.faults.set('firestore', { kind: 'error', status: 503 }, /\/Commit$/, 1);
  expect(await told()).toEqual([one, none]);
  await expect(set('a', {})).rejects.toMatchObject({ code: 14 });
  await set('a', {});
});

it('a call that hangs is ended by its own deadline only', async () => {
  core.faults.set('firestore', { kind: 'hang' });
  await expect(read({ deadline: Date.now() + 200 })).rejects.toMatchObject({ code: 4 });
});

it('a late answer is the right one, and comes after the time', async () => {
  core.faults.set('firestore', { kind: 'delay', ms: 60 });
  const started = performance.now();
  expect(await told()).toEqual([one, none]);
  expect(performance.now() - started).toBeGreaterThanOrEqual(59);
});

it('an answer that breaks off is no message', async () => {
  core.faults.set('firestore', { kind: 'truncate' });
  await expect(read()).rejects.toMatchObject({ code: 13 });
});

it('an answer of other kinds has every field, and no value as it was; a missing document stays missing', async () => {
  core.faults.set('firestore', { kind: 'wrong-type' });
  const [a, b] = await read();
  expect(a?.found).toMatchObject({ name: nameOf('a'), fields: { text: { integerValue: '7' }, count: { stringValue: 'seven' } } });
  expect(b).toMatchObject({ missing: nameOf('b') });
});

it('an answer that holds no document is another message then', async () => {
  core.faults.set('firestore', { kind: 'wrong-type' });
  await expect(set('a', {})).rejects.toMatchObject({ code: 13 });
});

it.each<[string, readonly unknown[]]>([
  ['/c/a', [nothing, none]],
  ['/c/b', [one, nothing]],
  ['', [nothing, nothing]],
  ['/c/z', [one, none]],
])('an incomplete answer leaves out the documents named with "%s", and ends well', async (document, expected) => {
  core.faults.set('firestore', { kind: 'incomplete', document });
  expect(await told()).toEqual(expected);
});

it('only what Firestore reads can be incomplete', () => {
  expect(() => core.faults.set('logging', { kind: 'incomplete', document: '' })).toThrow('only the reads of firestore');
});

it('a stale answer is what was told before, of each document; what was never told is fresh', async () => {
  await told();
  core.faults.set('firestore', { kind: 'stale' });
  await set('a', { text: { stringValue: 'two' } });
  await set('new', { text: { stringValue: 'fresh' } });
  expect(await told()).toEqual([one, none]);
  const stream = (client['BatchGetDocuments'] as Read).call(client, { database, documents: [nameOf('new')] });
  const [answer] = (await once(stream, 'data')) as [Answer];
  expect(answer.found?.fields).toMatchObject({ text: { stringValue: 'fresh' } });
  core.faults.clear();
  expect(await told()).toEqual([[nameOf('a'), expect.objectContaining({ stringValue: 'two' }), undefined], none]);
});
