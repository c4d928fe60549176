import { messageOf, type Finding } from '../../base/index.js';
import { channelStage, runStage, tpmStage, type ChannelEvidence } from '../../appraisal/index.js';
import { absent } from '../../facts/index.js';
import type { ProvisioningRecord } from '../../record/index.js';
import type { ServiceParts } from '../service/parts.js';

/** Would the secrets of the record open? `detail` says why not, without a value. */
export interface ExplainedSecrets {
  readonly outcome: 'opened' | 'failed' | 'not-tried';
  readonly detail: string;
}

/**
 * The channel stage for a caller that comes exactly as approved. What it passes only a real caller can show, so it counts as not asked;
 * what is refused even so would be refused to everybody: a check that a flag switched off, or no client certificates on this server.
 */
export function channelOfApproved(evidence: Omit<ChannelEvidence, 'peer'>, asksForCertificate: boolean): readonly Finding[] {
  const { peer_address: address, peer_serial_number: serialDecimal, peer_certificate_sha256: fingerprints } = evidence.record;
  const certificate = asksForCertificate ? { serialDecimal, sha256Hex: fingerprints[0] ?? '' } : undefined;
  return runStage(channelStage, { ...evidence, peer: { address, certificate } }).findings.map((finding) =>
    finding.outcome === 'passed'
      ? { check: finding.check, outcome: 'not-reached', detail: 'asked of a caller; one that comes as approved passes' }
      : finding,
  );
}

/** The tpm stage on a server that attests nobody: refused, wherever the record asks for it. */
export const tpmWithoutAttestation = (evidence: ChannelEvidence): readonly Finding[] =>
  runStage(tpmStage, { ...evidence, attestation: undefined, shieldedIdentity: absent }).findings.map((finding) =>
    finding.outcome === 'refused' ? { ...finding, detail: 'this server attests nobody: it was started with --useTPM=false' } : finding,
  );

/** Opens the secrets as a release does, and wipes them at once. */
export async function tryToOpen({ secrets }: Pick<ServiceParts, 'secrets'>, record: ProvisioningRecord): Promise<ExplainedSecrets> {
  try {
    const opened = await secrets.open(record);
    for (const { data } of opened) data.dispose();
    return { outcome: 'opened', detail: `${opened.length} secrets open` };
  } catch (error) {
    return { outcome: 'failed', detail: messageOf(error) };
  }
}
