import { AppError, type ErrorCode } from '../../../src/base/index.js';
import type { StateStore, StateValue } from '../../../src/gcp/index.js';
import { SessionStore } from '../../../src/server/attestation/session-store.js';
import { sessionKey, type Session } from '../../../src/server/attestation/session.js';
import { boot, openingOf, quote } from './session-fixture.js';

/** A store as Firestore is: nothing is deleted when its time is over, and any call may fail. It counts its reads. */
class LateState implements StateStore {
  readonly values = new Map<string, StateValue>();
  reads = 0;
  failure: AppError | undefined;

  create(key: string, value: StateValue): Promise<void> {
    return this.#after(() => {
      if (this.values.has(key)) throw new AppError('CLOUD_ALREADY_EXISTS', key);
      this.values.set(key, value);
    });
  }

  get(key: string): Promise<StateValue | undefined> {
    this.reads += 1;
    return Promise.resolve(this.values.get(key));
  }

  getMany(keys: readonly string[]): Promise<readonly (StateValue | undefined)[]> {
    this.reads += 1;
    return Promise.resolve(keys.map((key) => this.values.get(key)));
  }

  set(key: string, value: StateValue): Promise<void> {
    return this.#after(() => void this.values.set(key, value));
  }

  consume(key: string): Promise<void> {
    return this.#after(() => {
      if (!this.values.delete(key)) throw new AppError('CLOUD_NOT_FOUND', key);
    });
  }

  async #after(act: () => void): Promise<void> {
    await Promise.resolve();
    if (this.failure !== undefined) throw this.failure;
    act();
  }
}

let nowSeconds: number;
let state: LateState;
let store: SessionStore;

beforeEach(() => {
  nowSeconds = 1000;
  state = new LateState();
  store = new SessionStore(state, () => new Date(nowSeconds * 1000));
});

const opening = openingOf();
const key = sessionKey(opening.id);

async function opened() {
  await store.open(opening, 'challenge');
  return (await store.find(opening.id))!;
}

async function attested() {
  const session = await opened();
  await store.attest(session, quote, boot);
  return session;
}

describe('what is over and not deleted yet counts as gone', () => {
  test.each([
    [419.999, true],
    [420, false],
    [421, false],
  ])('a session after %d seconds: %p', async (seconds, there) => {
    await opened();
    nowSeconds += seconds;
    expect((await store.find(opening.id)) !== undefined).toBe(there);
  });

  test('a challenge', async () => {
    const session = await opened();
    nowSeconds += 60;
    expect(await store.takeChallenge(session)).toBeUndefined();
  });

  test('a nonce', async () => {
    const session = await opened();
    await store.offerNonce(session, 'nonce', nowSeconds);
    nowSeconds += 60;
    expect(await store.takeNonce(session)).toBeUndefined();
  });

  test('the attested session of an instance', async () => {
    await attested();
    nowSeconds += 420;
    expect(await store.findCurrent('1')).toBeUndefined();
  });

  test('the session of a client without session ids', async () => {
    await store.open(openingOf({ releaseKey: undefined }), 'challenge');
    nowSeconds += 420;
    expect(await store.findReference('1')).toBeUndefined();
  });
});

test('every document says when it is over, for the TTL policy of Firestore', async () => {
  const session = await attested();
  await store.open(openingOf({ releaseKey: undefined }), 'challenge');
  await store.offerNonce(session, 'nonce', nowSeconds);
  await store.requote(session, quote, boot);
  await store.setSigningKey(session, Buffer.from('key'));
  await store.beginSettling('1', 'AA==', nowSeconds, 420);
  expect(new Set([...state.values.keys()].map((name) => name.split('.')[0]))).toEqual(
    new Set(['attested', 'challenge', 'current', 'nonce', 'offer', 'quote', 'reference', 'session', 'settle', 'signing']),
  );
  expect([...state.values].filter(([, value]) => !(value['expiresAt'] instanceof Date)).map(([name]) => name)).toEqual([]);
});

describe('an attested session whose pointer is missing or another session', () => {
  test('is superseded when the server died before it wrote which session counts', async () => {
    await attested();
    state.values.delete('current.1');
    expect(await store.find(opening.id)).toMatchObject({ superseded: true });
  });

  test('is not found as the one that counts when only the pointer is left', async () => {
    await attested();
    state.values.delete(`session.${key}`);
    expect(await store.findCurrent('1')).toBeUndefined();
  });
});

test('a document of another session under the key of this one is no session', async () => {
  await opened();
  state.values.set(`session.${key}`, { ...state.values.get(`session.${key}`), id: Buffer.alloc(32) });
  expect(await store.find(opening.id)).toBeUndefined();
});

test('an id of another length costs no call, a session one, and another one where its instance was not told', async () => {
  await opened();
  state.reads = 0;
  await store.find(Buffer.alloc(60_000));
  expect(state.reads).toBe(0);
  await store.find(opening.id);
  expect(state.reads).toBe(1);
  await store.attest((await store.find(opening.id))!, quote, boot);
  state.reads = 0;
  await store.find(opening.id, opening.instanceId);
  expect(state.reads).toBe(1);
  await store.find(opening.id, 'another');
  expect(state.reads).toBe(3);
});

test('the wait of a release without a session is kept under the instance and the digest of its approval, in base64url', async () => {
  await store.beginSettling('1', '+/+/', nowSeconds, 420);
  expect([...state.values.keys()]).toEqual(['settle.1.-_-_']);
});

describe('the wait of a release without a session', () => {
  test('is begun by one of many calls at once, at two replicas with unlike clocks, and all get the same begin', async () => {
    const other = new SessionStore(state, () => new Date((nowSeconds + 3) * 1000));
    const begins = [0, 1, 2, 3].flatMap(() => [
      store.beginSettling('1', 'AA==', nowSeconds, 420),
      other.beginSettling('1', 'AA==', nowSeconds + 3, 420),
    ]);
    expect(new Set(await Promise.all(begins))).toEqual(new Set([1000]));
    expect(state.values.get('settle.1.AA')).toEqual({ beganAtSeconds: 1000, expiresAt: new Date(1420_000) });
  });

  test('begins anew where one that is over was not deleted yet, also for many at once', async () => {
    await store.beginSettling('1', 'AA==', nowSeconds, 420);
    nowSeconds += 419;
    expect(await store.beginSettling('1', 'AA==', nowSeconds, 420)).toBe(1000);
    nowSeconds += 1;
    const begins = await Promise.all([1, 2, 3].map(() => store.beginSettling('1', 'AA==', nowSeconds, 420)));
    expect(begins).toEqual([1420, 1420, 1420]);
    expect(state.values.get('settle.1.AA')).toEqual({ beganAtSeconds: 1420, expiresAt: new Date(1840_000) });
  });

  test('is not guessed when it can never be begun: five tries, then an error that says to ask again', async () => {
    state.values.set('settle.1.AA', { beganAtSeconds: 1, expiresAt: new Date(0) });
    let tries = 0;
    state.consume = () => {
      tries += 1;
      return Promise.resolve();
    };
    await expect(store.beginSettling('1', 'AA==', nowSeconds, 420)).rejects.toMatchObject({
      code: 'CLOUD_UNAVAILABLE',
      message: 'the begin of the wait for late entries could not be noted; ask again',
    });
    expect(tries).toBe(5);
  });

  test('ends in the error of the store, if there is one', async () => {
    state.failure = new AppError('INTERNAL', 'the store is gone');
    await expect(store.beginSettling('1', 'AA==', nowSeconds, 420)).rejects.toBe(state.failure);
  });
});

test.each<[string, ErrorCode, (session: Session) => Promise<unknown>]>([
  ['a challenge', 'CLOUD_UNAVAILABLE', (session) => store.takeChallenge(session)],
  ['a nonce', 'CLOUD_UNAVAILABLE', (session) => store.takeNonce(session)],
  ['an attestation', 'CLOUD_UNAVAILABLE', (session) => store.attest(session, quote, boot)],
  ['a challenge', 'INTERNAL', (session) => store.takeChallenge(session)],
  ['an attestation', 'INTERNAL', (session) => store.attest(session, quote, boot)],
])('for %s a failure of the store (%s) is that failure, not a lost race', async (_what, code, act) => {
  const session = await opened();
  await store.offerNonce(session, 'nonce', nowSeconds);
  const failure = new AppError(code, 'the store fails');
  state.failure = failure;
  await expect(act(session)).rejects.toBe(failure);
});

test('a second attestation says what is wrong, and keeps what the store said', async () => {
  const session = await attested();
  await expect(store.attest(session, quote, boot)).rejects.toMatchObject({
    code: 'STEP_OUT_OF_ORDER',
    message: 'the session is attested already',
    cause: { code: 'CLOUD_ALREADY_EXISTS' },
  });
});

test.each([
  ['session', 'akPublic', 'text'],
  ['session', 'id', 7],
  ['session', 'instanceId', 1],
  ['session', 'openedAtSeconds', '1000'],
  ['attested', 'resetCount', '2'],
  ['attested', 'attestation', 'cQ=='],
  ['current', 'session', 7],
  ['signing', 'keyPublic', 'a2V5'],
  ['session', 'expiresAt', 1420],
  ['session', 'expiresAt', '2030-01-01T00:00:00Z'],
])('a stored %s whose %s is of another type is no session, and the error names the field', async (kind, field, wrong) => {
  const session = await attested();
  await store.setSigningKey(session, Buffer.from('key'));
  const name = kind === 'current' ? 'current.1' : `${kind}.${key}`;
  state.values.set(name, { ...state.values.get(name), [field]: wrong });
  await expect(store.find(opening.id)).rejects.toMatchObject({
    code: 'RECORD_MALFORMED',
    message: expect.stringContaining(` ${field} `) as string,
  });
});
