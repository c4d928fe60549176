import { refuse, skip, type Verdict } from '../base/index.js';
import type { ProvisioningRecord } from '../record/index.js';

/**
 * The verdict of a check that the operator switched off by a flag: skipped by name, and refused where the record asks for
 * attestation, because an attested release must not depend on how a server was started.
 */
export const switchedOff = (flag: string, record: ProvisioningRecord): Verdict =>
  record.release_policy === 'attested'
    ? refuse(`--${flag}=false, but the record is of policy attested`, { reason: 'VALIDATION_DISABLED', healedBy: 'alice' })
    : skip(`switched off by --${flag}=false`);
