import type { PcrPolicy } from '../record/index.js';
import type { Command } from './commands.js';
import type { SealingChoice } from './pcr-choice.js';

export { provisionerFlags as flags } from './flags.js';

/** Where records are. */
export interface StoreConfig {
  readonly firestoreProject: string;
  readonly collection: string;
  readonly endpoints: string | undefined;
}

/** One VM, by name or numeric id. */
export interface TargetConfig {
  readonly project: string;
  readonly zone: string;
  readonly nameOrId: string;
  readonly projectNumber: string | undefined;
}

/** How questions are answered. */
export interface AnswerConfig {
  /** `terminal`: a person is asked; `flag`: --yes or --autoAccept answers. */
  readonly by: 'terminal' | 'flag';
  readonly autoAccept: boolean;
  /** Ids of findings that may fail where a flag answers. */
  readonly waive: readonly string[];
}

export interface ApproveConfig extends StoreConfig {
  readonly command: 'approve';
  readonly target: TargetConfig;
  /** Undefined only with `dryRun`: a look at the VM. */
  readonly secretsFile: string | undefined;
  /** File; at most one of keyset and KMS key is given. */
  readonly secretsKeyset: string | undefined;
  readonly secretsKmsKey: string | undefined;
  readonly acceptClearSecrets: boolean;
  readonly releasePolicy: 'attested' | 'identity' | 'observe';
  readonly pcrPolicy: PcrPolicy | undefined;
  readonly attestationPcr: number;
  readonly attestationPcrValue: string;
  readonly bootPolicy: 'any_boot' | 'same_boot';
  readonly resetCount: number | undefined;
  readonly restartPolicy: 'refuse' | 'allow';
  readonly signingKeyRequired: boolean;
  /** argv. */
  readonly payloadCommand: readonly string[] | undefined;
  /** Undefined: taken from the live VM, and the review says so. */
  readonly peerAddress: string | undefined;
  readonly peerSerialNumber: string;
  /** Lower-case hex; empty: any certificate. */
  readonly peerCertificateSha256: readonly string[];
  readonly trustedBootImages: readonly string[];
  readonly trustedImages: readonly string[];
  /** Undefined: asked on the terminal. */
  readonly maxReleases: number | 'unlimited' | undefined;
  readonly notAfter: Date;
  readonly approvedBy: string | undefined;
  readonly description: string;
  readonly answer: AnswerConfig;
  readonly dryRun: boolean;
  /** Print also what is as it was in the last approval. */
  readonly full: boolean;
  readonly json: boolean;
  /** Things about the command line that the person should know; printed before the review. */
  readonly notes: readonly string[];
}

/** Where a made entry goes: a secrets file, or standard output where none is named. */
export interface EntryTarget {
  readonly name: string | undefined;
  readonly secretsFile: string | undefined;
  readonly json: boolean;
}

export interface SealConfig extends EntryTarget {
  readonly command: 'seal';
  readonly target: TargetConfig;
  readonly endpoints: string | undefined;
  /** `--encryptToTPM`, which other users of the machine can see; undefined: file or standard input. */
  readonly text: string | undefined;
  readonly file: string | undefined;
  readonly pcrs: SealingChoice | undefined;
  /** The endorsement key to seal to: a vTPM of GCE has one of each. */
  readonly ekAlgorithm: 'rsa' | 'ecc';
  /** Seal a one-time key, and encrypt the data with it. */
  readonly indirect: boolean;
  /** PEM file of an RSA private key that becomes a signing key of the TPM. */
  readonly signingKey: string | undefined;
}

/** An entry of a secrets file that needs no cloud. */
export interface TinkConfig extends EntryTarget {
  readonly command: 'tink';
  readonly name: string;
  /** Undefined: a new keyset is made. */
  readonly file: string | undefined;
  /** Which one. */
  readonly template: string;
}

/** Such a key is not printed, so there is always a file. */
export interface ServiceAccountKeyConfig extends EntryTarget {
  readonly command: 'service-account-key';
  readonly name: string;
  readonly secretsFile: string;
  /** The key file to take; undefined: Google makes one of this account. */
  readonly file: string | undefined;
  readonly account: string | undefined;
  readonly endpoints: string | undefined;
}

/** Commands about one stored approval, or all. */
export interface ShowConfig extends StoreConfig {
  readonly command: 'show' | 'list' | 'history' | 'diff' | 'baseline';
  readonly instanceId: string;
  readonly json: boolean;
}

export interface PendingConfig extends StoreConfig {
  readonly command: 'pending';
  /** Undefined: all. */
  readonly project: string | undefined;
  readonly json: boolean;
}

export interface RevokeConfig extends StoreConfig {
  readonly command: 'revoke';
  readonly instanceId: string;
  readonly why: string;
  readonly approvedBy: string | undefined;
  readonly json: boolean;
}

export interface ExtendConfig extends StoreConfig {
  readonly command: 'extend';
  readonly instanceId: string;
  readonly notAfter: Date;
  readonly approvedBy: string | undefined;
  readonly json: boolean;
}

export interface RewrapConfig extends StoreConfig {
  readonly command: 'rewrap';
  readonly instanceId: string;
  /** The keyset under which the secrets are now, where they are under one. */
  readonly secretsKeyset: string | undefined;
  /** What they go to; exactly one is given. */
  readonly newSecretsKeyset: string | undefined;
  readonly newSecretsKmsKey: string | undefined;
  readonly approvedBy: string | undefined;
  readonly json: boolean;
}

export interface VerifyConfig extends StoreConfig {
  readonly command: 'verify-signature';
  readonly instanceId: string;
  /** What was signed. */
  readonly file: string;
  readonly signature: string;
  /** PEM file of the public key; undefined: the newest one that the TokenServer verified under the approval. */
  readonly publicKey: string | undefined;
  readonly json: boolean;
}

/** Commands that read or change stored approvals. */
export type LifeConfig = ShowConfig | PendingConfig | RevokeConfig | ExtendConfig | RewrapConfig | VerifyConfig;

export interface HelpConfig {
  readonly command: 'help';
  /** Undefined: all. */
  readonly about: Command | undefined;
}

export type ProvisionerConfig =
  ApproveConfig | SealConfig | TinkConfig | ServiceAccountKeyConfig | LifeConfig | HelpConfig | { readonly command: 'completion' };
