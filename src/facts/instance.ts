/** Metadata by key. A key without a value is kept, with `undefined`. */
export type Metadata = ReadonlyMap<string, string | undefined>;

export interface AttachedDisk {
  readonly boot: boolean;
  /** URL of the disk; undefined for local SSDs. */
  readonly source: string | undefined;
  readonly deviceName: string;
  readonly type: string;
  readonly mode: string;
  /** True when the image or the disk brings its own Secure Boot keys (shieldedInstanceInitialState). */
  readonly hasOwnSecureBootKeys: boolean;
}

export interface NetworkInterface {
  readonly name: string;
  readonly network: string;
  readonly subnetwork: string;
  readonly networkIP: string;
  readonly natIPs: readonly string[];
  readonly stackType: string;
  readonly ipv6Addresses: readonly string[];
  readonly aliasIpRangeCount: number;
}

export interface ShieldedConfig {
  readonly enableSecureBoot: boolean;
  readonly enableVtpm: boolean;
  readonly enableIntegrityMonitoring: boolean;
}

export type ConfidentialType = 'NONE' | 'SEV' | 'SEV_SNP' | 'TDX';

/** Switches of the machine that let somebody in from beside: each changes what an approved guest can be made to do. */
export interface MachineFeatures {
  readonly canIpForward: boolean;
  readonly displayDevice: boolean;
  readonly enableNestedVirtualization: boolean;
  readonly enableUefiNetworking: boolean;
  readonly guestAcceleratorCount: number;
  readonly sourceMachineImage: string | undefined;
}

/**
 * One VM as instances.get (compute v1, raw JSON) describes it. Absent booleans are false as the API documents; an unknown
 * enum value is kept as text for the checks to refuse.
 * @see https://cloud.google.com/compute/docs/reference/rest/v1/instances
 */
export interface InstanceFacts {
  readonly id: string;
  readonly name: string;
  /** Short name, for example us-central1-a. */
  readonly zone: string;
  readonly status: string;
  /** RFC 3339 as the API gives it, with its own offset. */
  readonly creationTimestamp: string;
  readonly createdAtSeconds: number;
  /** RFC 3339, as the creation; undefined for a VM that was never stopped, or never suspended. */
  readonly lastStopTimestamp: string | undefined;
  readonly lastSuspendedTimestamp: string | undefined;
  readonly fingerprint: string;
  readonly cpuPlatform: string;
  readonly machineType: string;
  readonly metadata: Metadata;
  readonly disks: readonly AttachedDisk[];
  readonly networkInterfaces: readonly NetworkInterface[];
  readonly serviceAccounts: readonly { readonly email: string; readonly scopes: readonly string[] }[];
  readonly shielded: ShieldedConfig | undefined;
  readonly confidentialType: ConfidentialType | 'UNKNOWN';
  readonly features: MachineFeatures;
  /** resourceStatus.effectiveInstanceMetadata: what the guest sees after all three levels are merged. */
  readonly effectiveMetadata: ReadonlyMap<string, boolean | string>;
  /** Members that this reader does not know; those of disks and interfaces as `disks.NAME`, `networkInterfaces.NAME`. A check decides. */
  readonly unknownMembers: readonly string[];
}

/** The service account, image and attach history of one disk (disks.get). */
export interface DiskFacts {
  readonly id: string;
  readonly name: string;
  readonly sourceImage: string | undefined;
  readonly sourceImageId: string | undefined;
  readonly sourceSnapshot: string | undefined;
  readonly sourceDisk: string | undefined;
  readonly createdAtSeconds: number;
  readonly lastAttachSeconds: number | undefined;
  readonly lastDetachSeconds: number | undefined;
  readonly accessMode: string | undefined;
  readonly users: readonly string[];
  readonly replicated: boolean;
}

/** images.get, as much as the review shows. */
export interface ImageFacts {
  readonly id: string;
  readonly name: string;
  readonly project: string;
  readonly hasOwnSecureBootKeys: boolean;
}

/** Endorsement and attestation public keys of one algorithm: PEM SPKI, and PEM certificates or ''. */
export interface VtpmKeys {
  readonly ekPublicPem: string;
  readonly ekCertificatePem: string;
  readonly akPublicPem: string;
  readonly akCertificatePem: string;
}

/** The keys of a VM's vTPM as getShieldedInstanceIdentity gives them; those of its own level are RSA. */
export interface ShieldedIdentity extends VtpmKeys {
  /** The P-256 twins, of the same vTPM; absent where Google names none. A key that is not named is ''. */
  readonly ecc?: VtpmKeys;
}
