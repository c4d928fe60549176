import type { PcrPolicy } from '../record/index.js';
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
}

export interface ApproveConfig extends StoreConfig {
  readonly command: 'approve';
  readonly target: TargetConfig;
  readonly secretsFile: string;
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
  readonly payloadCommand: string | undefined;
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
  readonly json: boolean;
  /** Things about the command line that the person should know; printed before the review. */
  readonly notes: readonly string[];
}

export interface SealConfig {
  readonly command: 'seal';
  readonly target: TargetConfig;
  readonly endpoints: string | undefined;
  /** `--encryptToTPM`, which other users of the machine can see; undefined: file or standard input. */
  readonly text: string | undefined;
  readonly file: string | undefined;
  readonly pcrs: SealingChoice | undefined;
}

export interface ShowConfig extends StoreConfig {
  readonly command: 'show' | 'list' | 'revoke';
  readonly instanceId: string;
  readonly why: string;
  readonly approvedBy: string | undefined;
  readonly json: boolean;
}

export type ProvisionerConfig = ApproveConfig | SealConfig | ShowConfig | { readonly command: 'help' };
