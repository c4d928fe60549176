import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { Firestore } from '@google-cloud/firestore';
import { createCore, type CloudCore, type RunningService } from '../../src/localcloud/core.js';
import { startFirestore } from '../../src/localcloud/firestore.js';
import { hasOfficialFirestore } from '../../src/localcloud/firestore-emulator.js';

// The official emulator runs too where the package google-cloud-cli-firestore-emulator is installed.
const choices = hasOfficialFirestore() && existsSync('/usr/bin/java') ? ['in-process', 'official'] : ['in-process'];

describe.each(choices)('Firestore, %s', (choice) => {
  let core: CloudCore;
  let service: RunningService;
  let firestore: Firestore;
  beforeAll(async () => {
    core = createCore(() => new Date());
    service = await startFirestore(core, choice);
    firestore = new Firestore({ projectId: 'p', host: service.address, ssl: false });
  }, 90_000);
  afterEach(() => core.faults.clear());
  afterAll(async () => {
    await firestore.terminate();
    await service.close();
  });
  const doc = (id: string) => firestore.collection('c').doc(id);

  it('a set replaces the document, a merge adds to it', async () => {
    await doc('a').set({ one: 1, two: 2 });
    await doc('a').set({ three: 3 });
    expect((await doc('a').get()).data()).toEqual({ three: 3 });
    await doc('a').set({ four: 4 }, { merge: true });
    expect((await doc('a').get()).data()).toEqual({ three: 3, four: 4 });
  });

  it('create fails where something is, delete with exists fails where nothing is', async () => {
    await doc('b').create({ n: 1 });
    await expect(doc('b').create({ n: 2 })).rejects.toMatchObject({ code: 6 });
    await doc('b').delete({ exists: true });
    await expect(doc('b').delete({ exists: true })).rejects.toMatchObject({ code: 5 });
  });

  it('counts connections, and a fault on them breaks them off', async () => {
    expect(core.calls.count('firestoreConnections')).toBeGreaterThan(0);
    core.faults.set('firestoreConnections', { kind: 'error', status: 503 });
    const [host, port] = service.address.split(':');
    const socket = connect(Number(port), host);
    const closed = once(socket, 'close');
    socket.on('error', () => undefined);
    socket.write('x');
    await closed;
    core.faults.clear();
    await doc('c').set({ n: 1 });
  });

  it('a hang of connections holds what is sent, and lets it go when the fault is cleared', async () => {
    core.faults.set('firestoreConnections', { kind: 'hang' });
    const answer = doc('a').get();
    const first = await Promise.race([answer.then(() => 'answer'), new Promise((resolve) => setTimeout(() => resolve('nothing'), 200))]);
    core.faults.clear();
    expect([first, (await answer).exists]).toEqual(['nothing', true]);
  });
});
