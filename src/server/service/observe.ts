import { hex } from '../../base/index.js';
import type { ChannelEvidence } from '../../appraisal/index.js';
import { decodeAttest, verifiedPcrValues } from '../../tpm/index.js';
import type { PcrValue__Output } from '../../wire/index.js';
import type { ServiceParts } from './parts.js';
import { claimedValues, quoteSelection } from './pcr-wire.js';

/**
 * Under policy `observe`: keeps what a good quote said, for Alice to take as a baseline, as document `observed.INSTANCE`.
 * Claimed register values are kept only if the signed digest is theirs; else none are.
 */
export async function observe(
  { cloud, policy, log }: ServiceParts,
  { record, nowSeconds }: ChannelEvidence,
  attestation: Buffer,
  claimed: readonly PcrValue__Output[],
): Promise<void> {
  if (record.release_policy !== 'observe') return;
  const [selection, ...others] = quoteSelection(record, policy);
  const values = selection === undefined ? new Map<number, Buffer>() : claimedValues(claimed, selection.bank);
  const verified = selection !== undefined && others.length === 0 && verifiedPcrValues(attestation, selection, values);
  const { resetCount, restartCount, clock, firmwareVersion } = decodeAttest(attestation);
  const pcrs = verified ? Object.fromEntries([...values].map(([index, value]) => [String(index), hex(value)])) : {};
  await cloud.state.set(`observed.${record.instanceid}`, {
    bank: verified ? selection.bank : '',
    pcrs: JSON.stringify(pcrs),
    resetCount,
    restartCount,
    clock: clock.toString(),
    firmwareVersion: firmwareVersion.toString(),
    observedAt: new Date(nowSeconds * 1000),
  });
  log.info('observed', { instanceId: record.instanceid, valuesVerified: verified, resetCount, restartCount });
}
