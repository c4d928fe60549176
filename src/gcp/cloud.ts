import type { Secret } from '../base/index.js';
import type { AuditRead, DiskFacts, ImageFacts, InstanceFacts, Lookup, Metadata, ShieldedIdentity, VerifiedToken } from '../facts/index.js';
import type { ProvisioningRecord } from '../record/index.js';
import type { ServiceAccountKeys } from './service-account-keys.js';

/**
 * The far side of the network as the rest of the project sees it: plain types in, plain types out, no Google class.
 * Every method takes a signal and has a deadline of its own. What cannot be told throws CLOUD_UNAVAILABLE; a missing right
 * is CLOUD_PERMISSION_MISSING, or `forbidden` where the answer is a Lookup.
 */
export interface Cloud {
  readonly tokens: TokenVerifier;
  readonly metadataServer: MetadataServer;
  readonly compute: ComputeReader;
  readonly auditLog: AuditLogReader;
  readonly records: RecordStore;
  readonly state: StateStore;
  readonly pending: PendingStore;
  readonly lastDecisions: LastDecisionStore;
  readonly secretManager: SecretManager;
  readonly kms: KeyWrapper;
  readonly serviceAccountKeys: ServiceAccountKeys;
  readonly decisionLog: DecisionLog;
  /**
   * Loads the clients that a release needs and that take seconds to load, so that no call waits for it. Asks no API.
   * @throws whatever loading throws: the first call that needs the client loads it again.
   */
  warm(): Promise<void>;
  /** Closes every channel that was opened. */
  close(): Promise<void>;
}

/** Is this bearer token signed by Google? Keys are cached; an unknown key id is looked up again, at most once per cool-down. */
export interface TokenVerifier {
  verify(token: string): Promise<VerifiedToken>;
  /** Loads the key set once. @throws CLOUD_UNAVAILABLE */
  warm(): Promise<void>;
  /** Were keys ever loaded? For readiness. */
  readonly ready: boolean;
}

/** The metadata server of the VM that this process runs on. */
export interface MetadataServer {
  /** A fresh identity token (format=full), never a cached one. The audience is URL-encoded. */
  identityToken(audience: string, signal?: AbortSignal): Promise<string>;
  /** One metadata value below `computeMetadata/v1/`, for example `instance/id`. @throws CLOUD_NOT_FOUND */
  value(path: string, signal?: AbortSignal): Promise<string>;
}

export interface ComputeReader {
  /** By name or by numeric id. */
  instance(project: string, zone: string, nameOrId: string, signal?: AbortSignal): Promise<Lookup<InstanceFacts>>;
  disk(project: string, zone: string, name: string, signal?: AbortSignal): Promise<Lookup<DiskFacts>>;
  image(project: string, name: string, signal?: AbortSignal): Promise<Lookup<ImageFacts>>;
  projectMetadata(project: string, signal?: AbortSignal): Promise<Lookup<Metadata>>;
  zoneMetadata(project: string, zone: string, signal?: AbortSignal): Promise<Lookup<Metadata>>;
  /** The number of a project as decimal text, read from the name of its default service account (projects.get). `absent` where it has none. */
  projectNumber(project: string, signal?: AbortSignal): Promise<Lookup<string>>;
  /** By numeric id, so that a VM made anew under the same name is not taken for the old one. */
  shieldedIdentity(project: string, zone: string, instanceId: string, signal?: AbortSignal): Promise<Lookup<ShieldedIdentity>>;
}

export interface AuditQuery {
  readonly project: string;
  readonly instanceIds: readonly string[];
  readonly diskIds: readonly string[];
  /** RFC 3339. Entries with a timestamp at or after it. */
  readonly from: string;
  readonly until: string;
  readonly signal?: AbortSignal;
  /** Waited for before each page but the first: a page is a read of its own for the API's quota. */
  readonly beforePage?: () => Promise<void>;
  /** Waited for when the API's quota is used up; then the page is asked for again. Who no longer wants to wait says false. Absent: false. */
  readonly waitForQuota?: () => Promise<boolean>;
  /** Keep what was asked for in each call, for people: Bob chooses how much that is. Without it `request` is undefined. */
  readonly withRequests?: boolean;
  /** Told after each page, for progress on a terminal. */
  readonly onPage?: (entriesSoFar: number) => void;
}

export interface AuditLogReader {
  /** All admin-activity and system-event entries of the instances, their disks, and of the project's and zone's metadata. At most 10 pages of 1000. */
  read(query: AuditQuery): Promise<Lookup<AuditRead>>;
}

/** A revocation stands beside the approval, which never changes. */
export interface Revocation {
  readonly approvalDigest: string;
  readonly why: string;
  readonly by: string;
  readonly at: Date;
}

/** An extension stands beside it too: the approval holds until then. */
export interface Extension {
  readonly approvalDigest: string;
  readonly notAfter: Date;
  readonly by: string;
  readonly at: Date;
}

/** What is left of an approval that another one replaced. */
export interface PastApproval {
  readonly approvalDigest: string;
  readonly approvedBy: string;
  readonly approvedAt: Date | undefined;
  readonly notAfter: Date | undefined;
  readonly releasePolicy: string;
  readonly replacedAt: Date;
}

/** All that happened to the approvals of one instance, in no order. */
export interface ApprovalLife {
  readonly revocations: readonly Revocation[];
  readonly extensions: readonly Extension[];
  readonly past: readonly PastApproval[];
}

export interface StoredApproval {
  /** With an extension, as `extendRecord` makes it. */
  readonly record: ProvisioningRecord;
  readonly revocation: Revocation | undefined;
}

/** Who writes a record, and over what. */
export interface RecordWriter {
  /** Canonical digest of the document (`loadRaw`) that the writer saw; undefined where there was none. */
  readonly over: string | undefined;
  readonly by: string;
  readonly at: Date;
}

/** Provisioning records: one document per instance id in `--firestoreCollectionName`. */
export interface RecordStore {
  /** One read. `absent` where there is no document. @throws RECORD_MALFORMED */
  load(instanceId: string, signal?: AbortSignal): Promise<Lookup<StoredApproval>>;
  /** The document as stored, unparsed, for showing and comparing. */
  loadRaw(instanceId: string, signal?: AbortSignal): Promise<Readonly<Record<string, unknown>> | undefined>;
  /** Writes the whole document, whatever was there before. A person's approval goes by `replace`. */
  save(record: ProvisioningRecord, signal?: AbortSignal): Promise<void>;
  /**
   * Writes the whole document in the place of what the writer saw, and of nothing else.
   * @throws CLOUD_ALREADY_EXISTS when another one wrote, or is writing, first: exactly one of many wins.
   */
  replace(record: ProvisioningRecord, writer: RecordWriter, signal?: AbortSignal): Promise<void>;
  revoke(instanceId: string, revocation: Revocation, signal?: AbortSignal): Promise<void>;
  extend(instanceId: string, extension: Extension, signal?: AbortSignal): Promise<void>;
  /** @throws RECORD_MALFORMED */
  life(instanceId: string, signal?: AbortSignal): Promise<ApprovalLife>;
  list(limit: number, signal?: AbortSignal): Promise<readonly string[]>;
}

export type StateValue = Readonly<Record<string, string | number | boolean | Uint8Array | Date>>;

/** Small documents that the server writes, in a second collection. Only atomic operations: nothing is read and then written. */
export interface StateStore {
  /** @throws CLOUD_ALREADY_EXISTS when the key is taken: exactly one of many creators wins. */
  create(key: string, value: StateValue, signal?: AbortSignal): Promise<void>;
  get(key: string, signal?: AbortSignal): Promise<StateValue | undefined>;
  /** The values of these keys in their order, in one call. */
  getMany(keys: readonly string[], signal?: AbortSignal): Promise<readonly (StateValue | undefined)[]>;
  set(key: string, value: StateValue, signal?: AbortSignal): Promise<void>;
  /** Deletes an existing key. @throws CLOUD_NOT_FOUND when another one consumed it first. */
  consume(key: string, signal?: AbortSignal): Promise<void>;
}

/** A VM as its identity token describes it, and where its call came from. */
export interface PendingCaller {
  readonly instanceId: string;
  readonly project: string;
  readonly zone: string;
  readonly instanceName: string;
  /** E-mail of the service account in the token; empty where the token names none. */
  readonly serviceAccount: string;
  readonly peerAddress: string;
}

/** A VM without a record that asked the server, with a good identity token. Nobody approved it, and nothing here is a reason to. */
export interface PendingInstance extends PendingCaller {
  readonly firstSeen: Date;
  readonly lastSeen: Date;
  /** Calls that were counted; those that a limit turned away are not. */
  readonly count: number;
  /** From then on it no longer counts as waiting. */
  readonly expiresAt: Date;
}

/** Calls of one caller since the last note. */
export interface PendingNote {
  readonly caller: PendingCaller;
  readonly at: Date;
  readonly calls: number;
  readonly expiresAt: Date;
}

/** VMs that wait for an approval: one document for each, in the state collection. The server writes, people read. */
export interface PendingStore {
  /** @throws AppError INTERNAL for a caller whose names are longer than names of Google can be. */
  notePending(note: PendingNote, signal?: AbortSignal): Promise<void>;
  /**
   * Those that have not expired, latest first, of one project or of all. A VM that was approved since stays until it expires.
   * @param limit of documents that are read. @throws AppError RECORD_MALFORMED
   */
  listPending(
    choice: { readonly project?: string; readonly limit: number; readonly now: Date },
    signal?: AbortSignal,
  ): Promise<readonly PendingInstance[]>;
  /** The same for one project, and deletes those that have expired. Firestore's TTL does so too, where Alice set it. */
  sweepPending(project: string, now: Date, signal?: AbortSignal): Promise<readonly PendingInstance[]>;
}

/** The last decision about an approved VM, without what it compared: that is in the log, under the id. */
export interface LastDecision {
  /** Under which the log has it. */
  readonly decisionId: string;
  /** Name of the call, for example GetToken. */
  readonly call: string;
  readonly outcome: 'released' | 'passed' | 'refused' | 'undecided';
  /** The stage that refused. */
  readonly stage: string | undefined;
  /** Of the checks that refused, or of the error. */
  readonly reasons: readonly string[];
  readonly at: Date;
}

/** One document for each approved VM, in the state collection. The server writes, people read. */
export interface LastDecisionStore {
  noteDecision(instanceId: string, decision: LastDecision, signal?: AbortSignal): Promise<void>;
  /** Undefined where there was none. @throws AppError RECORD_MALFORMED */
  lastDecision(instanceId: string, signal?: AbortSignal): Promise<LastDecision | undefined>;
}

export interface SecretManager {
  /** `projects/N/secrets/S` (then the latest version) or `projects/N/secrets/S/versions/V`. The CRC32C of the answer is checked. */
  access(name: string, signal?: AbortSignal): Promise<{ readonly value: Secret; readonly version: string }>;
}

export interface KeyWrapper {
  /** Cloud KMS encrypt with associated data; CRC32C checked both ways. @param key full resource name of the key. */
  wrap(key: string, plaintext: Uint8Array, associatedData: Uint8Array, signal?: AbortSignal): Promise<Buffer>;
  unwrap(key: string, ciphertext: Uint8Array, associatedData: Uint8Array, signal?: AbortSignal): Promise<Buffer>;
}

/** Copies decisions to Cloud Logging where the operator asked for it. Never waits for it on the release path. */
export interface DecisionLog {
  write(severity: 'INFO' | 'WARNING' | 'ERROR', payload: Readonly<Record<string, unknown>>): void;
}
