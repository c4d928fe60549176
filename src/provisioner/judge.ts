import type { Finding } from '../base/index.js';
import {
  historyStage,
  machineStage,
  policyPage,
  runStage,
  type HistoryArrival,
  type MachineArrival,
  type ServerPolicy,
} from '../appraisal/index.js';
import { found, type AuditEntry } from '../facts/index.js';
import type { ProvisioningRecord } from '../record/index.js';
import { fail, ok, type ReviewFinding } from './finding.js';
import type { Inspection } from './inspect.js';

/** Judged as a server with every validation on; flags that need a call (audience, address, settle time) are not looked at. */
const strictServer: ServerPolicy = {
  audience: '',
  maxTokenAgeSeconds: 30,
  clockSkewSeconds: 30,
  validatePeerAddress: true,
  validatePeerCertificate: true,
  metadataScope: 'acting',
  settleSeconds: 0,
  attestationMaxAgeSeconds: 300,
  requiredPcrs: undefined,
};

/** The entries that need nobody's approval: the insert of this VM, and what happened to shared resources before it. */
export function anchorEntries({ history, instance }: Inspection): readonly AuditEntry[] {
  const inserts = history.entries.filter((entry) => isInsertOf(entry, instance.id));
  const first = inserts.map((entry) => Date.parse(entry.timestamp)).toSorted((a, b) => a - b)[0];
  const earlier = history.entries.filter(
    (entry) => entry.resourceType !== 'gce_instance' && first !== undefined && Date.parse(entry.timestamp) < first,
  );
  return [...inserts, ...earlier];
}

/**
 * Did, or may, this call have changed the VM's own metadata? Such an entry is never approved, whoever asks. setMetadata does by
 * its name; instances.update can, and any other call on the VM whose request says that keys were modified did.
 */
export function isMetadataChange(entry: AuditEntry): boolean {
  if (entry.resourceType !== 'gce_instance' || (entry.statusCode ?? 0) !== 0) return false;
  const method = withoutVersion(entry.methodName);
  if (method === 'compute.instances.setMetadata' || method === 'compute.instances.update') return true;
  return typeof entry.request === 'object' && entry.request !== null && 'Metadata Keys Modified' in entry.request;
}

/** `beta.compute.instances.insert` and `v1.compute.instances.insert` are the same call. */
const withoutVersion = (methodName: string): string => methodName.replace(/^(?:v\d+|beta|alpha)\./, '');

/** An insert that is not the successful one of this VM anchors nothing, whoever accepts it. */
export const isForeignInsert = (entry: AuditEntry, instanceId: string): boolean =>
  withoutVersion(entry.methodName) === 'compute.instances.insert' && !isInsertOf(entry, instanceId);

const isInsertOf = (entry: AuditEntry, instanceId: string): boolean =>
  withoutVersion(entry.methodName) === 'compute.instances.insert' &&
  entry.resourceType === 'gce_instance' &&
  entry.resourceLabels['instance_id'] === instanceId &&
  (entry.statusCode ?? 0) === 0;

/** The findings of the server's own machine and history checks about this VM, under this record. */
export function judge(inspection: Inspection, record: ProvisioningRecord, now: Date): readonly Finding[] {
  const arrival = arrivalFor(inspection, record, Math.floor(now.getTime() / 1000));
  return [...runStage(machineStage, arrival.machine).findings, ...runStage(historyStage, arrival.history).findings];
}

/**
 * Grades what the server's checks say. `strict` are the findings under a record that accepts nothing but the creation of
 * the VM; `accepting` those under a record that accepts all that may be accepted: what refuses even then cannot be waived.
 */
export function gradeFindings(strict: readonly Finding[], accepting: readonly Finding[]): readonly ReviewFinding[] {
  const questions = new Map(policyPage.flatMap((stage) => stage.checks.map((check) => [check.id, check.question] as const)));
  const stillRefused = new Set(
    accepting.filter((finding) => finding.outcome !== 'passed' && finding.outcome !== 'skipped').map((finding) => finding.check),
  );
  return strict.flatMap((finding): readonly ReviewFinding[] => {
    switch (finding.outcome) {
      case 'passed':
        return [{ ...ok(finding.check, questions.get(finding.check) ?? finding.check), ofServer: true }];
      case 'refused':
        return [refused(finding, !stillRefused.has(finding.check))];
      case 'not-reached':
        return [fail(finding.check, 'could not be asked, because of the findings above', 'mend those first', false)];
      case 'skipped':
        return [];
    }
  });
}

function refused(finding: Finding, waivable: boolean): ReviewFinding {
  const metadata = finding.reason === 'METADATA_CHANGED';
  const what = metadata
    ? `SetMetadata called on instance, there is no reason this should happen! ${finding.detail ?? ''}`
    : (finding.detail ?? finding.reason ?? '');
  const remedy = metadata
    ? 'this can never be accepted: what ran before the edit cannot be known; have the VM made anew, with the final metadata from the start'
    : (finding.remedy ?? '');
  return { ...fail(finding.check, what, remedy, waivable && !metadata), ofServer: true };
}

function arrivalFor(
  inspection: Inspection,
  record: ProvisioningRecord,
  nowSeconds: number,
): { readonly machine: MachineArrival; readonly history: HistoryArrival } {
  const caller = {
    projectId: record.client_project,
    projectNumber: record.project_number,
    zone: record.client_zone,
    instanceId: record.instanceid,
    instanceName: record.instance_name,
    createdAtSeconds: inspection.instance.createdAtSeconds,
    confidentiality: inspection.instance.confidentialType === 'NONE' ? 0 : 1,
  };
  const channel = {
    purpose: 'release' as const,
    nowSeconds,
    server: strictServer,
    claims: {
      issuer: 'https://accounts.google.com',
      audience: '',
      subject: '',
      email: record.service_account_name,
      emailVerified: true,
      issuedAtSeconds: nowSeconds,
      expiresAtSeconds: nowSeconds + 3600,
      instance: caller,
    },
    caller,
    record,
    revoked: undefined,
    releasesUsed: 0,
    peer: { address: record.peer_address, certificate: undefined },
  };
  const machine = {
    instance: found(inspection.instance),
    bootDisk: found(inspection.bootDisk),
    otherDisks: inspection.otherDisks.map(found),
    projectMetadata: found(inspection.projectMetadata),
    zoneMetadata: found(inspection.zoneMetadata),
  };
  return {
    machine: { ...channel, machine },
    history: { ...channel, history: found(inspection.history), openedAtSeconds: nowSeconds, settleRequired: false },
  };
}
