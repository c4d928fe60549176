import { randomBytes } from 'node:crypto';
import { AppError } from '../../../src/base/index.js';
import {
  absent,
  found,
  type AuditEntry,
  type DiskFacts,
  type ImageFacts,
  type InstanceFacts,
  type Lookup,
  type Metadata,
  type ShieldedIdentity,
} from '../../../src/facts/index.js';
import type { Cloud, Extension, LastDecision, PastApproval, PendingInstance, Revocation, StateValue } from '../../../src/gcp/index.js';
import { canonicalDigest, extendRecord, parseRecord, type ProvisioningRecord } from '../../../src/record/index.js';

/** What Google says of one VM. */
export interface VmFacts {
  readonly project: string;
  readonly projectNumber: string;
  readonly zone: string;
  readonly instance: InstanceFacts;
  readonly bootDisk: DiskFacts;
  readonly otherDisks: readonly DiskFacts[];
  readonly image: Lookup<ImageFacts>;
  readonly projectMetadata: Metadata;
  readonly zoneMetadata: Metadata;
  readonly identity: ShieldedIdentity;
  readonly entries: readonly AuditEntry[];
  readonly historyComplete: boolean;
}

/**
 * A cloud of one VM, in memory: it answers reads from `facts`, which a test may replace, and keeps records as a database
 * would. Calls that no provisioner makes throw.
 */
export class MemoryCloud implements Cloud {
  facts: VmFacts;
  readonly stored = new Map<string, ProvisioningRecord>();
  readonly revocations = new Map<string, Revocation>();
  readonly extensions = new Map<string, Extension>();
  readonly past: PastApproval[] = [];
  /** What the server noted, by key. */
  readonly notes = new Map<string, StateValue>();
  /** VMs that wait for an approval. */
  readonly waiting: PendingInstance[] = [];
  /** What the server decided last, by instance. */
  readonly decided = new Map<string, LastDecision>();
  /** Permissions that Alice lacks. */
  readonly missing = new Set<string>();
  /** What a save leaves behind; a test may make it keep something else. */
  keep: (record: ProvisioningRecord) => ProvisioningRecord = (record) => record;
  closed = false;

  constructor(facts: VmFacts) {
    this.facts = facts;
  }

  readonly compute: Cloud['compute'] = {
    instance: (project, zone, nameOrId) => {
      const { instance } = this.facts;
      const known = project === this.facts.project && zone === this.facts.zone && (nameOrId === instance.id || nameOrId === instance.name);
      return this.#answer('compute.instances.get', known ? instance : undefined);
    },
    disk: (_project, _zone, name) =>
      this.#answer(
        'compute.disks.get',
        [this.facts.bootDisk, ...this.facts.otherDisks].find((disk) => disk.name === name),
      ),
    image: () => Promise.resolve(this.facts.image),
    projectMetadata: () => this.#answer('compute.projects.get', this.facts.projectMetadata),
    zoneMetadata: () => this.#answer('compute.instanceSettings.get', this.facts.zoneMetadata),
    projectNumber: () => this.#answer('compute.projects.get', this.facts.projectNumber === '' ? undefined : this.facts.projectNumber),
    shieldedIdentity: (_project, _zone, instanceId) =>
      this.#answer(
        'compute.instances.getShieldedInstanceIdentity',
        instanceId === this.facts.instance.id ? this.facts.identity : undefined,
      ),
  };

  readonly auditLog: Cloud['auditLog'] = {
    read: ({ from, until, onPage, withRequests }) => {
      const entries = this.facts.entries
        .filter(({ timestamp }) => Date.parse(timestamp) >= Date.parse(from))
        .map((entry) => (withRequests === true ? entry : { ...entry, request: undefined }));
      onPage?.(entries.length);
      return this.#answer('logging.logEntries.list', { entries, complete: this.facts.historyComplete, from, until });
    },
  };

  readonly records: Cloud['records'] = {
    load: (instanceId) => {
      const record = this.stored.get(instanceId);
      if (record === undefined) return Promise.resolve(absent);
      const extension = this.extensions.get(record.approval_digest);
      const held = extension === undefined ? record : extendRecord(record, extension.notAfter);
      return Promise.resolve(found({ record: held, revocation: this.revocations.get(record.approval_digest) }));
    },
    loadRaw: (instanceId) => Promise.resolve(this.stored.get(instanceId) as Readonly<Record<string, unknown>> | undefined),
    save: async (record) => {
      this.stored.set(record.instanceid, this.keep(parseRecord(record)));
    },
    replace: async (record, { over }) => {
      const before = this.stored.get(record.instanceid);
      if ((before === undefined ? undefined : canonicalDigest(before)) !== over)
        throw new AppError('CLOUD_ALREADY_EXISTS', 'somebody approved this VM meanwhile');
      this.stored.set(record.instanceid, this.keep(parseRecord(record)));
    },
    revoke: async (_instanceId, revocation) => {
      this.revocations.set(revocation.approvalDigest, revocation);
    },
    extend: async (_instanceId, extension) => {
      this.extensions.set(extension.approvalDigest, extension);
    },
    life: () =>
      Promise.resolve({ revocations: [...this.revocations.values()], extensions: [...this.extensions.values()], past: this.past }),
    list: () => Promise.resolve([...this.stored.keys()]),
  };

  readonly #wrapped = new Map<string, { readonly plaintext: Buffer; readonly bound: string }>();

  /** Gives a handle for each plaintext, and the plaintext back only for the same key and associated data. */
  readonly kms: Cloud['kms'] = {
    wrap: (key, plaintext, associatedData) => {
      const handle = randomBytes(16);
      const bound = `${key} ${Buffer.from(associatedData).toString('hex')}`;
      this.#wrapped.set(handle.toString('hex'), { plaintext: Buffer.from(plaintext), bound });
      return Promise.resolve(handle);
    },
    unwrap: (key, ciphertext, associatedData) => {
      const entry = this.#wrapped.get(Buffer.from(ciphertext).toString('hex'));
      const bound = `${key} ${Buffer.from(associatedData).toString('hex')}`;
      if (entry?.bound !== bound) return Promise.reject(new Error('wrong key or associated data'));
      return Promise.resolve(Buffer.from(entry.plaintext));
    },
  };

  get tokens(): Cloud['tokens'] {
    return unused();
  }
  get metadataServer(): Cloud['metadataServer'] {
    return unused();
  }
  readonly state: Cloud['state'] = {
    create: unused,
    get: (key) => Promise.resolve(this.notes.get(key)),
    set: unused,
    consume: unused,
    getMany: unused,
  };
  readonly pending: Cloud['pending'] = {
    listPending: ({ project, limit, now }) =>
      Promise.resolve(
        this.waiting
          .filter((one) => (project === undefined || one.project === project) && one.expiresAt > now)
          .toSorted((a, b) => b.lastSeen.getTime() - a.lastSeen.getTime())
          .slice(0, limit),
      ),
    notePending: unused,
    sweepPending: unused,
  };
  readonly lastDecisions: Cloud['lastDecisions'] = {
    lastDecision: (instanceId) => Promise.resolve(this.decided.get(instanceId)),
    noteDecision: unused,
  };
  get serviceAccountKeys(): Cloud['serviceAccountKeys'] {
    return unused();
  }
  get secretManager(): Cloud['secretManager'] {
    return unused();
  }
  get decisionLog(): Cloud['decisionLog'] {
    return unused();
  }

  warm(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  #answer<T>(permission: string, value: T | undefined): Promise<Lookup<T>> {
    if (this.missing.has(permission)) return Promise.resolve({ kind: 'forbidden', permission });
    return Promise.resolve(value === undefined ? absent : found(value));
  }
}

function unused(): never {
  throw new Error('a provisioner does not use this part of the cloud');
}
