import { MemoryState } from '../../../src/server/attestation/memory-state.js';
import { SessionStore } from '../../../src/server/attestation/session-store.js';
import type { SessionOpening } from '../../../src/server/attestation/session.js';
import { boot, openingOf, quote } from './session-fixture.js';

let nowSeconds: number;
let state: MemoryState;
let store: SessionStore;

beforeEach(() => {
  nowSeconds = 1000;
  const now = (): Date => new Date(nowSeconds * 1000);
  state = new MemoryState(1000, now);
  store = new SessionStore(state, now);
});

const opening = (overrides: Partial<SessionOpening> = {}): SessionOpening =>
  openingOf({ openedAtSeconds: nowSeconds, expiresAtSeconds: nowSeconds + 420, ...overrides });

async function opened(overrides: Partial<SessionOpening> = {}, challenge = 'c'): Promise<SessionOpening> {
  const session = opening(overrides);
  await store.open(session, challenge);
  return session;
}

test('a session comes back as it was opened, and unattested', async () => {
  const session = await opened();
  expect(await store.find(session.id)).toEqual({
    ...session,
    quote: undefined,
    firstBoot: undefined,
    signingKey: undefined,
    superseded: false,
  });
});

test('a session without release key and client certificate comes back so', async () => {
  const session = await opened({ releaseKey: undefined, certificateSha256: undefined });
  expect(await store.find(session.id)).toMatchObject({ releaseKey: undefined, certificateSha256: undefined });
});

test.each([
  ['none', Buffer.alloc(0)],
  ['an unknown one', Buffer.alloc(32)],
  ['a short one', Buffer.alloc(31)],
  ['a huge one', Buffer.alloc(60_000)],
])('no session for %s', async (_name, id) => {
  await opened();
  expect(await store.find(id)).toBeUndefined();
});

test('of twenty that take the challenge at once, one gets it', async () => {
  const session = (await store.find((await opened({}, 'challenge')).id))!;
  const taken = await Promise.all(Array.from({ length: 20 }, () => store.takeChallenge(session)));
  expect(taken.filter((challenge) => challenge !== undefined)).toEqual(['challenge']);
  expect(await store.takeChallenge(session)).toBeUndefined();
});

test('a challenge dies after 60 seconds, the session lives on', async () => {
  const { id } = await opened();
  const session = (await store.find(id))!;
  nowSeconds += 60;
  expect(await store.takeChallenge(session)).toBeUndefined();
  expect(await store.find(id)).toBeDefined();
});

test('a session is gone when its time is over', async () => {
  const { id } = await opened();
  nowSeconds += 420;
  expect(await store.find(id)).toBeUndefined();
});

test('an attested session keeps its quote, and cannot be attested twice', async () => {
  const { id } = await opened();
  const session = (await store.find(id))!;
  await store.attest(session, quote, boot);
  expect(await store.find(id)).toMatchObject({ quote, firstBoot: boot, superseded: false });
  await expect(store.attest(session, quote, boot)).rejects.toMatchObject({ code: 'STEP_OUT_OF_ORDER' });
});

test('a later MakeCredential does not end an attested session; a later attested one does', async () => {
  const first = await opened();
  await store.attest((await store.find(first.id))!, quote, boot);
  const second = await opened();
  expect(await store.find(first.id)).toMatchObject({ superseded: false });
  await store.attest((await store.find(second.id))!, quote, boot);
  expect(await store.find(first.id)).toMatchObject({ superseded: true });
  expect(await store.find(second.id)).toMatchObject({ superseded: false });
});

test('sessions of other instances do not end each other', async () => {
  const first = await opened();
  await store.attest((await store.find(first.id))!, quote, boot);
  const other = await opened({ instanceId: '2' });
  await store.attest((await store.find(other.id))!, quote, boot);
  expect(await store.find(first.id)).toMatchObject({ superseded: false });
});

test('only the last nonce that was offered counts, and only once', async () => {
  const session = (await store.find((await opened()).id))!;
  expect(await store.takeNonce(session)).toBeUndefined();
  await store.offerNonce(session, 'one', nowSeconds);
  await store.offerNonce(session, 'two', nowSeconds);
  const taken = await Promise.all(Array.from({ length: 20 }, () => store.takeNonce(session)));
  expect(taken.filter((nonce) => nonce !== undefined)).toEqual(['two']);
});

test('a nonce dies after 60 seconds', async () => {
  const session = (await store.find((await opened()).id))!;
  await store.offerNonce(session, 'one', nowSeconds);
  nowSeconds += 60;
  expect(await store.takeNonce(session)).toBeUndefined();
});

test('the attested session of an instance is found, and an unattested one is not', async () => {
  const first = await opened();
  expect(await store.findCurrent('1')).toBeUndefined();
  await store.attest((await store.find(first.id))!, quote, boot);
  await opened();
  expect(await store.findCurrent('1')).toMatchObject({ id: first.id, quote, superseded: false });
  expect(await store.findCurrent('2')).toBeUndefined();
});

test('a quote keeps the form of its signature', async () => {
  const { id } = await opened();
  await store.attest((await store.find(id))!, { ...quote, bareRsa: true }, boot);
  expect((await store.find(id))?.quote).toEqual({ ...quote, bareRsa: true });
});

test('a later quote replaces the quote, and not the boot of the first', async () => {
  const { id } = await opened();
  const session = (await store.find(id))!;
  await store.attest(session, quote, boot);
  await store.requote(session, { ...quote, takenAtSeconds: 1100 }, { resetCount: 9, restartCount: 9 });
  expect(await store.find(id)).toMatchObject({ quote: { takenAtSeconds: 1100 }, firstBoot: boot });
});

test('a signing key stays with its session', async () => {
  const { id } = await opened();
  await store.setSigningKey((await store.find(id))!, Buffer.from('key'));
  expect((await store.find(id))?.signingKey).toEqual(Buffer.from('key'));
});

test('a client without session ids is found by its instance: its newest session', async () => {
  await opened({ releaseKey: undefined });
  const newest = await opened({ releaseKey: undefined });
  await opened();
  expect((await store.findReference('1'))?.id).toEqual(newest.id);
  expect(await store.findReference('2')).toBeUndefined();
});

test('the wait of a release without a session begins once and is forgotten after its life', async () => {
  expect(await store.beginSettling('1', 'AA==', nowSeconds, 420)).toBe(1000);
  nowSeconds += 100;
  expect(await store.beginSettling('1', 'AA==', nowSeconds, 420)).toBe(1000);
  expect(await store.beginSettling('1', 'BB==', nowSeconds, 420)).toBe(1100);
  nowSeconds += 320;
  expect(await store.beginSettling('1', 'AA==', nowSeconds, 420)).toBe(1420);
});

test('memory is bounded: a full store refuses new sessions, keeps live ones, and makes room for them when others are over', async () => {
  const small = new MemoryState(4, () => new Date(nowSeconds * 1000));
  const bounded = new SessionStore(small, () => new Date(nowSeconds * 1000));
  const first = opening();
  await bounded.open(first, 'c');
  await bounded.open(opening(), 'c');
  await expect(bounded.open(opening(), 'c')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  expect(await bounded.find(first.id)).toBeDefined();
  nowSeconds += 420;
  await bounded.open(opening(), 'c');
  expect(small.size).toBeLessThanOrEqual(4);
});
