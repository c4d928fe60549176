import { once } from 'node:events';
import { createServer as createTcpServer } from 'node:net';
import { Firestore } from '@google-cloud/firestore';
import type { Credentials } from '../../src/gcp/credentials.js';
import { openDatabase, type Database, type DocumentPlace } from '../../src/gcp/firestore.js';
import { openFirestoreRpc, type FirestoreRpc } from '../../src/gcp/firestore-rpc.js';
import { firestoreMessage, startBareFirestore, type BareFirestore, type Call } from './support/bare-firestore.js';

// Against a far side that is not Firestore, or not as it should be.
let far: BareFirestore;
let answer: (call: Call) => void;
let rpc: FirestoreRpc;
let database: Database;
const credentials = { headers: () => Promise.reject(new Error('not for an emulator')) } as unknown as Credentials;

beforeAll(async () => {
  far = await startBareFirestore((call) => answer(call));
  const options = { credentials, projectId: 'alice', address: far.address, deadlineMs: 20_000 };
  rpc = openFirestoreRpc(options);
  database = openDatabase(options);
});
afterEach(() => far.calls.splice(0));
afterAll(async () => {
  rpc.close();
  await database.close();
  await far.stop();
});

const prefix = 'projects/alice/databases/(default)';
const name = (id: string): string => `${prefix}/documents/c/${id}`;
const found = (id: string, text = id): object => ({ found: { name: name(id), fields: { text: { stringValue: text } } } });
const missing = (id: string): object => ({ missing: name(id) });
const readTime = { readTime: { seconds: 1_700_000_000 } };

/** The far side answers a read of a and b with these. */
function answered(answers: readonly (object | Buffer)[], code = 0): ReturnType<FirestoreRpc['batchGet']> {
  answer = (call) => {
    for (const each of answers) call.send(each);
    call.end(code);
  };
  return rpc.batchGet([name('a'), name('b')]);
}

describe('a read of two documents', () => {
  it('asks for these, of this database, and takes them in any order', async () => {
    const documents = await answered([missing('b'), found('a')]);
    expect([...documents.keys()]).toEqual([name('b'), name('a')]);
    expect(documents.get(name('a'))).toMatchObject({ text: { string: 'a' } });
    expect(documents.get(name('b'))).toBeUndefined();
    expect(far.calls.map(({ method, request }) => [method, request])).toEqual([
      ['BatchGetDocuments', { database: prefix, documents: [name('a'), name('b')] }],
    ]);
  });

  it.each([
    ['before', [readTime, found('a'), missing('b')]],
    ['between', [found('a'), readTime, missing('b')]],
    ['after', [found('a'), missing('b'), { transaction: Buffer.from('t') }]],
    [
      'in',
      [
        { ...found('a'), ...readTime },
        { ...missing('b'), ...readTime },
      ],
    ],
  ])('takes an answer that tells a time only, %s the documents', async (_where, answers) => {
    expect((await answered(answers)).size).toBe(2);
  });

  it.each<[string, readonly object[]]>([
    ['nothing', []],
    ['a time only', [readTime]],
    ['one of them', [found('a')]],
    ['one of them as missing', [missing('b')]],
    ['one not asked for, beside them', [found('a'), found('b'), found('c')]],
    ['one not asked for, instead', [found('a'), found('c')]],
    ['one not asked for, as missing', [found('a'), missing('c')]],
    ['one twice', [found('a'), found('a', 'other')]],
    ['one twice, beside the other', [found('a'), found('b'), found('a')]],
    ['one as found and as missing', [found('a'), missing('a'), found('b')]],
    ['one as missing and as found', [missing('a'), found('a'), found('b')]],
    ['one without a name', [found('a'), { found: { fields: {} } }]],
    ['an empty name as missing', [found('a'), { missing: '' }]],
    ['one of another project', [found('a'), { found: { name: name('b').replace('alice', 'bob') } }]],
    ['one of another collection', [found('a'), { missing: name('b').replace('/c/', '/d/') }]],
    ['a name in other letters', [found('a'), found('B')]],
  ])('answered with %s is undecided', async (_what, answers) => {
    await expect(answered(answers)).rejects.toMatchObject({
      code: 'CLOUD_UNAVAILABLE',
      message: 'firestore.get was answered for other documents than were asked for',
    });
  });

  it('answered without end is undecided at once, and cancelled', async () => {
    answer = (call) => {
      for (let i = 0; i < 5; i++) call.send(readTime);
    };
    await expect(rpc.batchGet([name('a'), name('b')])).rejects.toMatchObject({
      code: 'CLOUD_UNAVAILABLE',
      message: 'firestore.get was answered with more documents than were asked for',
    });
    await far.calls[0]?.closed;
  });

  it('answered with as many messages as may be is read', async () => {
    expect((await answered([readTime, readTime, found('a'), found('b')])).size).toBe(2);
  });

  it.each<[string, Buffer]>([
    ['no message', Buffer.from('ffffffff', 'hex')],
    ['a message that is cut off', firestoreMessage('BatchGetDocumentsResponse', found('a')).subarray(0, -3)],
    ['a text that is none', Buffer.from('0a020aff', 'hex')],
  ])('answered with %s is undecided', async (_what, bytes) => {
    answer = (call) => {
      call.send(bytes);
      call.end();
    };
    await expect(database.read([['c', 'a']], undefined)).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
  });

  it('takes the longest document that Firestore holds, and none that is longer', async () => {
    // 1 MiB is the limit of a document. @see https://firebase.google.com/docs/firestore/quotas
    const [long, tooLong] = ['x'.repeat(1_048_576), 'x'.repeat(1_100_000)];
    expect((await answered([found('a', long), missing('b')])).get(name('a'))).toMatchObject({ text: { string: long } });
    answer = (call) => {
      call.send(found('a', tooLong));
      call.end();
    };
    await expect(database.read([['c', 'a']], undefined)).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
  });

  it('answered in full, but with an error at its end, is undecided', async () => {
    await expect(answered([found('a'), found('b')], 13)).rejects.toMatchObject({ code: 13 });
  });

  it('broken off in its middle is undecided', async () => {
    answer = (call) => {
      call.send(found('a'));
      call.breakOff();
    };
    await expect(database.read([['c', 'a']], undefined)).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
  });
});

describe('what Firestore says is what is reported:', () => {
  const place: DocumentPlace = ['c', 'a'];
  const operations = {
    read: () => database.read([place], undefined),
    create: () => database.create(place, { n: 1 }, undefined),
    set: () => database.set(place, { n: 1 }, undefined),
    remove: () => database.remove(place, undefined),
  };
  // google.rpc.Code
  const codes = [
    [5, 'CLOUD_NOT_FOUND'],
    [6, 'CLOUD_ALREADY_EXISTS'],
    [7, 'CLOUD_PERMISSION_MISSING'],
    [4, 'CLOUD_UNAVAILABLE'],
    [8, 'CLOUD_UNAVAILABLE'],
    [10, 'CLOUD_UNAVAILABLE'],
    [14, 'CLOUD_UNAVAILABLE'],
    [16, 'CLOUD_UNAVAILABLE'],
    [99, 'CLOUD_UNAVAILABLE'],
  ] as const;

  it.each(codes.flatMap(([status, code]) => Object.entries(operations).map(([what, run]) => [status, code, what, run] as const)))(
    'status %i is %s of %s, and nothing is done twice',
    async (status, code, _what, run) => {
      answer = (call) => call.end(status);
      await expect(run()).rejects.toMatchObject({ code });
      expect(far.calls).toHaveLength(1);
    },
  );

  it.each([
    ['read', 'datastore.entities.get'],
    ['create', 'datastore.entities.create'],
    ['set', 'datastore.entities.update'],
    ['remove', 'datastore.entities.delete'],
  ] as const)('%s names the permission %s that is missing', async (what, permission) => {
    answer = (call) => call.end(7);
    await expect(operations[what]()).rejects.toMatchObject({ context: { permission } });
  });

  it.each(['create', 'set', 'remove'] as const)('%s is not repeated when the connection breaks: it may have been done', async (what) => {
    answer = (call) => call.breakOff();
    await expect(operations[what]()).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
    expect(far.calls.map(({ method }) => method)).toEqual(['Commit']);
  });
});

describe('a write', () => {
  const sent = async (run: () => Promise<void>): Promise<Call | undefined> => {
    answer = (call) => {
      call.send(firestoreMessage('CommitResponse', { writeResults: [{ updateTime: { seconds: 1 } }], commitTime: { seconds: 1 } }));
      call.end();
    };
    await run();
    return far.calls.at(-1);
  };
  const update = { name: name('a'), fields: { n: { integerValue: 1 } } };

  it('that creates says that nothing may be there', async () => {
    const call = await sent(() => database.create(['c', 'a'], { n: 1 }, undefined));
    expect(call?.request).toMatchObject({ database: prefix, writes: [{ update, currentDocument: { exists: false } }] });
  });

  it('of a whole document says nothing of what is there', async () => {
    const call = await sent(() => database.set(['c', 'a'], { n: 1 }, undefined));
    expect(call?.request).toEqual({ database: prefix, writes: [{ update }] });
  });

  it('that removes says that the document must be there', async () => {
    const call = await sent(() => database.remove(['c', 'a'], undefined));
    expect(call?.request).toEqual({ database: prefix, writes: [{ delete: name('a'), currentDocument: { exists: true } }] });
  });

  it('that was cancelled before it began is not sent', async () => {
    await expect(database.set(['c', 'a'], { n: 1 }, AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(far.calls).toEqual([]);
  });
});

it("says of itself what Google's client says: the database that it means, and an emulator's administrator", async () => {
  answer = (call) => {
    const [asked] = (call.request['documents'] ?? []) as string[];
    if (call.method === 'Commit') call.send(firestoreMessage('CommitResponse', { writeResults: [{}], commitTime: { seconds: 1 } }));
    else call.send({ missing: asked, ...readTime });
    call.end();
  };
  const google = new Firestore({ projectId: 'alice', host: far.address, ssl: false });
  try {
    await google.collection('c').doc('a').get();
    await google.collection('c').doc('a').set({ n: 1 });
    await database.read([['c', 'a']], undefined);
    await database.set(['c', 'a'], { n: 1 }, undefined);
  } finally {
    await google.terminate();
  }
  const said = far.calls.map(({ headers }) =>
    [':path', 'google-cloud-resource-prefix', 'x-goog-request-params', 'authorization', 'content-type'].map((each) => headers[each]),
  );
  expect(said.slice(2)).toEqual(said.slice(0, 2));
  expect(said[0]).toEqual([
    '/google.firestore.v1.Firestore/BatchGetDocuments',
    prefix,
    `database=${encodeURIComponent(prefix)}`,
    'Bearer owner',
    expect.stringMatching(/^application\/grpc/),
  ]);
});

describe('a far side that is gone', () => {
  const first = [{ found: { name: name('a'), fields: {} } }];
  const serve = (call: Call): void => {
    for (const each of first) call.send(each);
    call.end();
  };

  it('and comes back within the deadline answers the call that waited', async () => {
    const gone = await startBareFirestore(serve);
    const port = Number(gone.address.split(':')[1]);
    const open = openDatabase({ credentials, projectId: 'alice', address: gone.address, deadlineMs: 20_000 });
    expect(await open.read([['c', 'a']], undefined)).toEqual([{}]);
    await gone.stop();
    // In its place is something that breaks every connection off.
    const ruins = createTcpServer((socket) => socket.destroy()).listen(port, '127.0.0.1');
    const waiting = open.read([['c', 'a']], undefined);
    await once(ruins, 'connection');
    ruins.close();
    await once(ruins, 'close');
    const back = await startBareFirestore(serve, port);
    try {
      expect(await waiting).toEqual([{}]);
    } finally {
      await open.close();
      await back.stop();
    }
  });

  it('and stays so is undecided at the deadline', async () => {
    const gone = await startBareFirestore(serve);
    await gone.stop();
    const open = openDatabase({ credentials, projectId: 'alice', address: gone.address, deadlineMs: 300 });
    await expect(open.read([['c', 'a']], undefined)).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
    await expect(open.remove(['c', 'a'], undefined)).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
    await open.close();
  });

  it('and hangs ends the call there too, not only here', async () => {
    const hanging = await startBareFirestore(() => undefined);
    const slow = openFirestoreRpc({ credentials, projectId: 'alice', address: hanging.address, deadlineMs: 300 });
    await expect(slow.batchGet([name('a')])).rejects.toMatchObject({ code: 4 });
    await expect(slow.commit({ delete: name('a') })).rejects.toMatchObject({ code: 4 });
    await Promise.all(hanging.calls.map(({ closed }) => closed));
    slow.close();
    await hanging.stop();
  });
});
