import type { HealedBy } from '../base/index.js';
import type {
  AuditRead,
  DiskFacts,
  InstanceClaims,
  InstanceFacts,
  Lookup,
  Metadata,
  ShieldedIdentity,
  TokenClaims,
  VerifiedToken,
} from '../facts/index.js';
import type { ProvisioningRecord } from '../record/index.js';
import type { AllowedPcrs } from '../tpm/index.js';

/** What the operator of the server decided by flags. Values here have no default that trust depends on. */
export interface ServerPolicy {
  /** `--tsAudience` */
  readonly audience: string;
  /** `--jwtIssuedAtJitter`, seconds that may have passed since the token was issued. */
  readonly maxTokenAgeSeconds: number;
  /** How far our clock and Google's may differ. */
  readonly clockSkewSeconds: number;
  /** False: the peer-address check is skipped by name, and records of policy `attested` are refused. */
  readonly validatePeerAddress: boolean;
  /** As above for serial and fingerprint of the client certificate. */
  readonly validatePeerCertificate: boolean;
  /** `acting`: keys that a guest acts on are refused at project and zone level; `strict`: any key is. */
  readonly metadataScope: 'acting' | 'strict';
  readonly settleSeconds: number;
  /** How long an attestation counts. */
  readonly attestationMaxAgeSeconds: number;
  /** `--pcr` and `--expectedPCRValue`: they can only refuse more than the record does. */
  readonly requiredPcrs: AllowedPcrs | undefined;
}

// Each stage has an arrival (what was gathered; parts may be missing) and evidence (what its gate let through).

/** What the caller wants of us now: to prove itself, or to be given the secrets. Only a release counts and waits. */
export type Purpose = 'attestation' | 'release';

export interface CallerArrival {
  readonly purpose: Purpose;
  readonly nowSeconds: number;
  readonly server: ServerPolicy;
  readonly token: VerifiedToken;
}

export interface CallerEvidence {
  readonly purpose: Purpose;
  readonly nowSeconds: number;
  readonly server: ServerPolicy;
  readonly claims: TokenClaims;
  readonly caller: InstanceClaims;
}

export interface RecordArrival extends CallerEvidence {
  readonly approval: ApprovalFacts | undefined;
}

/** The record, and what happened to it since. */
export interface ApprovalFacts {
  readonly record: ProvisioningRecord;
  readonly revoked: { readonly why: string; readonly atSeconds: number } | undefined;
  /** Releases counted under this approval so far, without the one of the session that asks now (it may ask again after a crash). */
  readonly releasesUsed: number;
}

export interface RecordEvidence extends CallerEvidence, ApprovalFacts {}

export interface Peer {
  /** Normal form: no `::ffff:` prefix, no port. */
  readonly address: string;
  /** Present with mTLS only. Serial as decimal text; SHA-256 of the DER as lower-case hex. */
  readonly certificate: { readonly serialDecimal: string; readonly sha256Hex: string } | undefined;
}

export interface ChannelEvidence extends RecordEvidence {
  readonly peer: Peer;
}

export interface MachineArrival extends ChannelEvidence {
  readonly machine: {
    readonly instance: Lookup<InstanceFacts>;
    readonly bootDisk: Lookup<DiskFacts>;
    /** Attached disks beside the boot disk: all of them, or one more than are approved. */
    readonly otherDisks: readonly Lookup<DiskFacts>[];
    readonly projectMetadata: Lookup<Metadata>;
    readonly zoneMetadata: Lookup<Metadata>;
  };
}

export interface MachineEvidence extends ChannelEvidence {
  readonly instance: InstanceFacts;
  readonly bootDisk: DiskFacts;
  readonly otherDisks: readonly DiskFacts[];
  readonly projectMetadata: Metadata;
  readonly zoneMetadata: Metadata;
}

export interface HistoryArrival extends ChannelEvidence {
  readonly history: Lookup<AuditRead>;
  /** When the session of this release was opened; entries may arrive late, so a release waits. */
  readonly openedAtSeconds: number;
  /** MakeCredential asks before there is anything to wait for: the settle time is checked at the release. */
  readonly settleRequired: boolean;
}

export interface HistoryEvidence extends ChannelEvidence {
  readonly history: AuditRead;
  readonly openedAtSeconds: number;
  readonly settleRequired: boolean;
}

/** What a session remembers of what the VM proved. Bytes as they came; every release judges them again. */
export interface AttestationFacts {
  /** TPMT_PUBLIC as the client sent it in MakeCredential. The credential was made to the record's EK, not to this. */
  readonly ekPublic: Uint8Array;
  /** TPMT_PUBLIC of the attestation key. */
  readonly akPublic: Uint8Array;
  /** Did the caller return the challenge that only the TPM with the record's EK could open? */
  readonly credentialActivated: boolean;
  readonly quote: QuoteFacts | undefined;
  /** TPMT_PUBLIC of the signing key that the AK certified; undefined where none was offered. */
  readonly signingKeyCertified: boolean;
}

export interface QuoteFacts {
  /** TPMS_ATTEST. */
  readonly attestation: Uint8Array;
  /** TPMT_SIGNATURE; or the bare RSA bytes of the reference client, marked by `bareRsa`. */
  readonly signature: Uint8Array;
  readonly bareRsa: boolean;
  /** What extraData must be: recomputed by the server, never received. */
  readonly expectedExtraData: Uint8Array;
  readonly takenAtSeconds: number;
  /** Boot counters of the first quote of the session; a later quote must show the same boot. */
  readonly firstBoot: { readonly resetCount: number; readonly restartCount: number } | undefined;
}

export interface TpmArrival extends ChannelEvidence {
  readonly shieldedIdentity: Lookup<ShieldedIdentity>;
  readonly attestation: AttestationFacts | undefined;
}

export interface TpmEvidence extends ChannelEvidence {
  readonly shieldedIdentity: ShieldedIdentity;
  readonly attestation: AttestationFacts;
}

export type StageName = 'caller' | 'record' | 'channel' | 'machine' | 'history' | 'session' | 'tpm';

export type Outcome = 'released' | 'passed' | 'refused' | 'undecided';

/** One refusal as the caller may know it: no expected values, no details. */
export interface PublicRefusal {
  readonly stage: StageName;
  readonly reason: string;
  readonly remedy: string;
  readonly healedBy: HealedBy;
}
