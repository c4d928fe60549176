import { AppError, Secret } from '../../../src/base/index.js';
import { absent, found, type AuditRead, type Lookup, type ShieldedIdentity, type VerifiedToken } from '../../../src/facts/index.js';
import type { AuditQuery, Cloud, LastDecision, PendingNote, Revocation } from '../../../src/gcp/index.js';
import type { ProvisioningRecord } from '../../../src/record/index.js';
import { MemoryState } from '../../../src/server/attestation/memory-state.js';
import { claims, disk, history, instance, nowSeconds } from '../../appraisal/evidence-fixture.js';

/** A Cloud in memory for tests of one service. Everything in it may be changed while a server runs. */
export interface FakeCloud extends Cloud {
  nowSeconds: number;
  record: ProvisioningRecord | undefined;
  revocation: Revocation | undefined;
  identity: Lookup<ShieldedIdentity>;
  /** What a token says; tokens are any text but `bad`. */
  token: (text: string) => VerifiedToken;
  audit: (query: AuditQuery) => Promise<Lookup<AuditRead>>;
  /** Set: the next calls of this API fail with it. */
  failing: Partial<Record<'compute' | 'records' | 'state', AppError>>;
  readonly calls: Record<'tokens' | 'records' | 'compute' | 'auditLog' | 'state', number>;
  readonly decisions: unknown[];
  /** Writes of callers without a record, and the last decision of each approved VM. */
  readonly pendingNotes: PendingNote[];
  readonly lastDecisionOf: Map<string, LastDecision>;
  readonly stateValues: MemoryState;
}

const unused = (): never => {
  throw new AppError('INTERNAL', 'no test expects this call');
};

export function fakeCloud(): FakeCloud {
  const calls = { tokens: 0, records: 0, compute: 0, auditLog: 0, state: 0 };
  const stateValues = new MemoryState(100_000, () => new Date(cloud.nowSeconds * 1000));
  const count = <T>(api: keyof typeof calls, answer: () => T): Promise<T> => {
    calls[api]++;
    const failure = api === 'tokens' || api === 'auditLog' ? undefined : cloud.failing[api];
    return failure === undefined ? Promise.resolve(answer()) : Promise.reject(failure);
  };
  const base = {
    nowSeconds,
    record: undefined,
    revocation: undefined,
    identity: absent,
    failing: {},
    calls,
    decisions: [] as unknown[],
    pendingNotes: [] as PendingNote[],
    lastDecisionOf: new Map<string, LastDecision>(),
    stateValues,
    token: (text: string): VerifiedToken =>
      text === 'bad'
        ? { claims: undefined, problem: 'bad signature' }
        : { claims: claims({ issuedAtSeconds: cloud.nowSeconds - 1, expiresAtSeconds: cloud.nowSeconds + 3599 }), problem: undefined },
    audit: (): Promise<Lookup<AuditRead>> =>
      Promise.resolve(found({ ...history(), until: new Date(cloud.nowSeconds * 1000).toISOString() })),
  };
  const cloud: FakeCloud = Object.assign(
    base,
    portsOf(count, () => cloud, stateValues),
  );
  return cloud;
}

function portsOf(
  count: <T>(api: 'tokens' | 'records' | 'compute' | 'auditLog' | 'state', answer: () => T) => Promise<T>,
  cloud: () => FakeCloud,
  state: MemoryState,
): Cloud {
  return {
    tokens: { verify: (token) => count('tokens', () => cloud().token(token)), warm: () => Promise.resolve(), ready: true },
    metadataServer: { identityToken: unused, value: unused },
    compute: {
      projectNumber: unused,
      instance: () => count('compute', () => found(instance())),
      disk: () => count('compute', () => found(disk())),
      image: unused,
      projectMetadata: () => count('compute', () => found(new Map([['team', 'blue']]))),
      zoneMetadata: () => count('compute', () => found(new Map())),
      shieldedIdentity: () => count('compute', () => cloud().identity),
    },
    auditLog: {
      read: async (query) => {
        await count('auditLog', () => undefined);
        return await cloud().audit(query);
      },
    },
    records: {
      load: () =>
        count('records', () => {
          const { record, revocation } = cloud();
          return record === undefined ? absent : found({ record, revocation });
        }),
      loadRaw: unused,
      save: unused,
      replace: unused,
      extend: unused,
      life: unused,
      revoke: unused,
      list: unused,
    },
    state: {
      create: async (key, value) => await (await count('state', () => state)).create(key, value),
      get: async (key) => await (await count('state', () => state)).get(key),
      set: async (key, value) => await (await count('state', () => state)).set(key, value),
      getMany: async (keys) => await (await count('state', () => state)).getMany(keys),
      consume: async (key) => await (await count('state', () => state)).consume(key),
    },
    pending: {
      notePending: (note) => Promise.resolve(void cloud().pendingNotes.push(note)),
      sweepPending: () => Promise.resolve([]),
      listPending: unused,
    },
    lastDecisions: {
      noteDecision: (instanceId, decision) => Promise.resolve(void cloud().lastDecisionOf.set(instanceId, decision)),
      lastDecision: unused,
    },
    secretManager: { access: () => Promise.resolve({ value: new Secret(Buffer.alloc(0)), version: '1' }) },
    kms: { wrap: unused, unwrap: unused },
    serviceAccountKeys: { create: unused },
    decisionLog: { write: (_severity, payload) => cloud().decisions.push(payload) },
    warm: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
