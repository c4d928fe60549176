import type { ConfidentialTechnology } from './resources.js';

/** Public keys that getShieldedInstanceIdentity tells: PEM SPKI. */
export interface ShieldedKeys {
  readonly ekRsa: string;
  readonly ekEcc: string;
  readonly akRsa: string;
  readonly akEcc: string;
}

/** What a boot leaves in the PCRs: decided by firmware, technology, Secure Boot and the image; nothing else is measured. */
export interface BootMeasurements {
  readonly technology: ConfidentialTechnology | undefined;
  readonly secureBoot: boolean;
  /** Name of the image on the boot disk; undefined when the disk came from elsewhere. */
  readonly imageName: string | undefined;
}

/** The vTPM of one VM. It keeps its keys and NV memory while the power is off, as on GCE. */
export interface MachineTpm {
  /** For the client's `--tpm`; the same for the VM's whole life. */
  readonly location: string;
  readonly keys: ShieldedKeys;
  /** A new boot: PCRs start anew and are extended; the reset counter grows. */
  powerOn(boot: BootMeasurements): Promise<void>;
  powerOff(): Promise<void>;
  /** Powers off and forgets everything. */
  destroy(): Promise<void>;
}
