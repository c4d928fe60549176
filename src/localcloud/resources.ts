import type { JsonObject } from './json.js';

/** The states that the fake reaches, of all that Compute knows. */
export type InstanceStatus = 'STAGING' | 'RUNNING' | 'STOPPING' | 'SUSPENDED' | 'TERMINATED';

export type ConfidentialTechnology = 'SEV' | 'SEV_SNP' | 'TDX';

export interface ShieldedSettings {
  readonly enableSecureBoot: boolean;
  readonly enableVtpm: boolean;
  readonly enableIntegrityMonitoring: boolean;
}

export interface Attachment {
  readonly disk: DiskState;
  readonly boot: boolean;
  readonly mode: 'READ_WRITE' | 'READ_ONLY';
  readonly deviceName: string;
  readonly autoDelete: boolean;
}

/** Metadata of one level with the fingerprint that guards its edits. */
export interface MetadataState {
  items: ReadonlyMap<string, string>;
  fingerprint: string;
}

/** A VM as Compute keeps it. Only compute-acts.ts and vm-power.ts change one. */
export interface InstanceState {
  readonly id: string;
  readonly name: string;
  readonly project: string;
  readonly zone: string;
  readonly createdAt: Date;
  status: InstanceStatus;
  lastStartAt: Date;
  lastStopAt: Date | undefined;
  lastSuspendAt: Date | undefined;
  fingerprint: string;
  machineType: string;
  readonly cpuPlatform: string;
  readonly metadata: MetadataState;
  labels: ReadonlyMap<string, string>;
  labelFingerprint: string;
  attachments: readonly Attachment[];
  readonly networkIP: string;
  readonly natIP: string | undefined;
  readonly networkFingerprint: string;
  serviceAccount: { readonly email: string; readonly scopes: readonly string[] } | undefined;
  shielded: ShieldedSettings;
  readonly confidential: ConfidentialTechnology | undefined;
  /** Top-level members that a test adds to, or puts in place of, what instances.get answers. */
  readonly overrides: JsonObject;
}

export interface DiskState {
  readonly id: string;
  readonly name: string;
  readonly project: string;
  readonly zone: string;
  readonly sizeGb: number;
  readonly sourceImage: ImageState | undefined;
  readonly createdAt: Date;
  lastAttachAt: Date | undefined;
  lastDetachAt: Date | undefined;
  readonly overrides: JsonObject;
}

export interface ImageState {
  readonly id: string;
  readonly name: string;
  readonly project: string;
  readonly family: string | undefined;
  readonly createdAt: Date;
  readonly overrides: JsonObject;
}

export const instanceResource = (it: Pick<InstanceState, 'project' | 'zone' | 'name'>): string =>
  `projects/${it.project}/zones/${it.zone}/instances/${it.name}`;
export const diskResource = (it: Pick<DiskState, 'project' | 'zone' | 'name'>): string =>
  `projects/${it.project}/zones/${it.zone}/disks/${it.name}`;
export const imageResource = (it: Pick<ImageState, 'project' | 'name'>): string => `projects/${it.project}/global/images/${it.name}`;
