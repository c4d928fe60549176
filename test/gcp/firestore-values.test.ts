import { Firestore, GeoPoint, Timestamp } from '@google-cloud/firestore';
import fc from 'fast-check';
import type { Credentials } from '../../src/gcp/credentials.js';
import { batchGetAnswer, wireDocument } from '../../src/gcp/firestore-messages.js';
import { openDatabase, type Database, type DocumentPlace } from '../../src/gcp/firestore.js';
import { plainFields, wireFields } from '../../src/gcp/firestore-values.js';
import { firestoreMessage } from './support/bare-firestore.js';
import { startFarSide, type FarSide } from './support/far-side.js';

// The same documents through Google's client and through ours, over one emulator.
let far: FarSide;
let google: Firestore;
let ours: Database;

beforeAll(async () => {
  far = await startFarSide();
  const { firestore: address } = far.world.endpointsFor(far.alice);
  google = new Firestore({ projectId: 'alice', host: address, ssl: false });
  ours = openDatabase({ credentials: {} as Credentials, projectId: 'alice', address, deadlineMs: 20_000 });
});
afterAll(async () => {
  await ours.close();
  await google.terminate();
  await far.stop();
});

type Document = Readonly<Record<string, unknown>>;
let counter = 0;
const newPlace = (): DocumentPlace => ['values', `document-${counter++}`];
const atGoogle = ([collection, id]: DocumentPlace): FirebaseFirestore.DocumentReference => google.collection(collection).doc(id);

async function readByOurs(place: DocumentPlace): Promise<Document> {
  const [document] = await ours.read([place], undefined);
  if (document === undefined) throw new Error('there is no document');
  return withBuffers(document) as Document;
}

async function readByGoogle(place: DocumentPlace): Promise<Document> {
  return withBuffers((await atGoogle(place).get()).data()) as Document;
}

/** Bytes as Buffers and Google's timestamps as Dates, so that documents of either compare. */
function withBuffers(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (value instanceof Timestamp) return value.toDate();
  if (Array.isArray(value)) return value.map(withBuffers);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withBuffers(member)]));
}

/** Written by either client, read by both. */
async function expectSame(document: Document, expected = document): Promise<void> {
  const [byGoogle, byOurs] = [newPlace(), newPlace()];
  await atGoogle(byGoogle).set(document);
  await ours.set(byOurs, document, undefined);
  for (const place of [byGoogle, byOurs]) {
    expect(await readByGoogle(place)).toEqual(expected);
    expect(await readByOurs(place)).toEqual(expected);
  }
}

it.each<[string, unknown]>([
  ['null', null],
  ['true', true],
  ['false', false],
  ['0', 0],
  ['-0', -0],
  ['-1', -1],
  ['2^31', 2 ** 31],
  ['2^53-1', Number.MAX_SAFE_INTEGER],
  ['-(2^53-1)', Number.MIN_SAFE_INTEGER],
  ['2^53 as a double', 2 ** 53],
  ['1.5', 1.5],
  ['the least double', 5e-324],
  ['the largest double', Number.MAX_VALUE],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['an empty string', ''],
  ['a string of many scripts', 'é — 日本語 🔑 \u0000\uffff'],
  ['a long string', 'x'.repeat(100_000)],
  ['no bytes', Buffer.alloc(0)],
  ['all bytes', Buffer.from(Array.from({ length: 256 }, (_, i) => i))],
  ['an instant', new Date('2026-11-01T10:00:00.123Z')],
  ['the beginning of time', new Date(0)],
  ['an instant before 1970', new Date('1969-12-31T23:59:59.999Z')],
  ['an instant long before 1970', new Date('0001-01-01T00:00:00.001Z')],
  ['the last instant', new Date('9999-12-31T23:59:59.999Z')],
  ['an empty array', []],
  ['an array', [1, 'two', null, 3.5, false]],
  ['an empty map', {}],
  ['nested maps', { a: { b: { c: [{ d: Buffer.from('e') }, {}] } }, 'a.b': 1, '`': 2 }],
])('%s is the same to both clients', async (_name, value) => {
  // Firestore has no array directly in an array.
  await expectSame(Array.isArray(value) ? { value } : { value, values: [value] });
});

it('a member that is undefined is left out, at any depth', async () => {
  const place = newPlace();
  await ours.set(place, { a: undefined, b: { c: undefined, d: 1 }, e: [{ f: undefined }] }, undefined);
  expect(await readByGoogle(place)).toStrictEqual({ b: { d: 1 }, e: [{}] });
});

it('documents of any of these values are the same to both clients', async () => {
  const key = fc.string({ minLength: 1, maxLength: 10, unit: 'grapheme' }).filter((name) => !/^__.*__$/.test(name));
  const leaf = fc.oneof(
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.double(),
    fc.string({ unit: 'grapheme' }),
    fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
    fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
  );
  const { map } = fc.letrec<{ map: Document; array: unknown[] }>((tie) => ({
    map: fc.dictionary(key, fc.oneof({ maxDepth: 3, withCrossShrink: true }, leaf, tie('map'), tie('array')), {
      maxKeys: 5,
      noNullPrototype: true,
    }),
    array: fc.array(fc.oneof({ maxDepth: 3, withCrossShrink: true }, leaf, tie('map')), { maxLength: 5 }),
  }));
  await fc.assert(
    fc.asyncProperty(map, (document) => expectSame(document)),
    { numRuns: 30 },
  );
});

it('what is finer than a millisecond is rounded as by Google', async () => {
  const place = newPlace();
  const at = [0, 499_999, 500_000, 999_499_999, 999_500_000, 999_999_999].flatMap((nanos) => [
    new Timestamp(1, nanos),
    new Timestamp(-1, nanos),
  ]);
  await atGoogle(place).set({ at });
  expect(await readByOurs(place)).toEqual({ at: at.map((each) => each.toDate()) });
  expect(at[10]?.toDate()).toEqual(new Date(2000));
});

/** The fields of a document, written with Google's messages and read with ours. */
function readAsSent(fields: object): Document {
  const sent = firestoreMessage('BatchGetDocumentsResponse', { found: { name: 'n', fields } });
  return plainFields(wireDocument.decode(batchGetAnswer.decode(sent).found ?? Buffer.alloc(0)).fields);
}

it.each([
  ['an integer of 2^53', { integerValue: '9007199254740992' }],
  ['an integer of -2^53', { integerValue: '-9007199254740992' }],
  ['the largest integer', { integerValue: '9223372036854775807' }],
  ['the least integer', { integerValue: '-9223372036854775808' }],
  ['an instant out of time', { timestampValue: { seconds: '9007199254740992' } }],
  ['a point on earth', { geoPointValue: { latitude: 1, longitude: 2 } }],
  ['a reference', { referenceValue: 'projects/p/databases/(default)/documents/a/b' }],
  ['a value of no kind', {}],
])('%s, wherever it stands, is malformed', (_name, value) => {
  const fields = [
    { value },
    { a: { mapValue: { fields: { value } } } },
    { a: { arrayValue: { values: [{ nullValue: 0 as const }, value] } } },
  ];
  for (const each of fields) expect(() => readAsSent(each)).toThrow(expect.objectContaining({ code: 'RECORD_MALFORMED' }));
});

it('the integers next to them are read', () => {
  expect(readAsSent({ a: { integerValue: '9007199254740991' }, b: { integerValue: '-9007199254740991' } })).toEqual({
    a: Number.MAX_SAFE_INTEGER,
    b: Number.MIN_SAFE_INTEGER,
  });
});

it.each([
  ['a reference', (place: DocumentPlace) => atGoogle(place)],
  ['a point on earth', () => new GeoPoint(1, 2)],
])("%s that Google's client wrote is malformed", async (_name, value) => {
  const place = newPlace();
  await atGoogle(place).set({ value: value(place) });
  await expect(readByOurs(place)).rejects.toMatchObject({ code: 'RECORD_MALFORMED', message: expect.stringContaining('value') as string });
});

it('a document that is not there is undefined, beside one that is, in the order they were asked for', async () => {
  const [there, gone] = [newPlace(), newPlace()];
  await atGoogle(there).set({ n: 1 });
  expect(await ours.read([gone, there, gone], undefined)).toEqual([undefined, { n: 1 }, undefined]);
  expect(await ours.read([], undefined)).toEqual([]);
});

it('an empty document is there', async () => {
  await expectSame({});
});

it.each([
  ['a bigint', 1n],
  ['a function', () => 0],
  ['a set', new Set()],
  ['a date that is none', new Date(Number.NaN)],
  ['a symbol', Symbol('x')],
])('%s cannot be stored', (_name, value) => {
  for (const document of [{ value }, { a: [value] }, { a: { value } }])
    expect(() => wireFields(document)).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
});

it('a member named __proto__ is a member like any other', () => {
  const fields = wireFields(JSON.parse('{"__proto__":"x","a":{"__proto__":true}}') as Document);
  const sent = wireDocument.encode({ name: 'n', fields });
  expect(plainFields(wireDocument.decode(sent).fields)).toEqual(JSON.parse('{"__proto__":"x","a":{"__proto__":true}}'));
  expect(({} as Document)['__proto__']).toBe(Object.prototype);
});

it.each(['integer', 'timestamp'] as const)('a value that says it is of kind %s, and has none, is malformed', (kind) => {
  expect(() => plainFields({ value: { kind } })).toThrow(expect.objectContaining({ code: 'RECORD_MALFORMED' }));
});
