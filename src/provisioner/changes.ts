import { canonicalJson, type ProvisioningRecord } from '../record/index.js';

/** One field in which two records differ, in words; undefined where the field is missing. */
export interface Change {
  /** Path of the field, with dots: `network.interfaces.0.network_ip`. */
  readonly field: string;
  /** Of the VM as it is, or of what the person decides? */
  readonly part: 'vm' | 'policy' | 'secrets';
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** When it was approved and what was looked at: different in every approval. */
const ofTheAct = new Set([
  ...['schema_version', 'done', 'provided_at', 'approved_at', 'approved_by', 'approval_digest', 'not_before', 'extended_from'],
  ...['history_checked_until', 'history_digest', 'approved_history', 'waived_findings', 'secrets'],
]);

const ofTheVm = new Set([
  ...['instanceid', 'client_project', 'client_zone', 'service_account_name', 'ek_encryption_cert', 'ak_signing_cert'],
  ...['ek_encryption_key', 'ak_signing_key', 'init_script_hash', 'image_fingerprint', 'boot_image_id', 'boot_disk_id'],
  ...['approved_disk_ids', 'network', 'shielded', 'confidential_type', 'machine_features', 'approved_metadata'],
  ...['instance_created_at', 'instance_name', 'project_number'],
]);

/** In which fields does one record, or the part of one that is given, differ from another? */
export function changesBetween(before: ProvisioningRecord, after: Partial<ProvisioningRecord>): readonly Change[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => !ofTheAct.has(name));
  const [old, now] = [leaves(before, names), leaves(after, names)];
  const fields = [...new Set([...old.keys(), ...now.keys()])].map((field) => ({
    field,
    part: ofTheVm.has(field.split('.')[0] ?? '') ? ('vm' as const) : ('policy' as const),
    before: old.get(field),
    after: now.get(field),
  }));
  return [...fields, ...secretChanges(before.secrets, after.secrets ?? before.secrets)].filter((change) => change.before !== change.after);
}

/** The same for what a live VM is: only fields that its record has of it. */
export const vmChanges = (before: ProvisioningRecord, live: Partial<ProvisioningRecord>): readonly Change[] =>
  changesBetween(before, { ...before, ...live }).filter((change) => change.part === 'vm');

type Secrets = ProvisioningRecord['secrets'];

/** Names and types. The value of a secret is not compared: it is not known here. */
function secretChanges(before: Secrets, after: Secrets): readonly Change[] {
  const types = (secrets: Secrets): ReadonlyMap<string, string> => new Map(secrets.map(({ Name, Type }) => [Name, Type]));
  const [old, now] = [types(before), types(after)];
  return [...new Set([...old.keys(), ...now.keys()])].map((name) => ({
    field: `secrets.${name}`,
    part: 'secrets' as const,
    before: old.get(name),
    after: now.get(name),
  }));
}

function leaves(record: Partial<ProvisioningRecord>, names: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(record)) if (names.includes(name)) collect(name, value, found);
  return found;
}

function collect(path: string, value: unknown, found: Map<string, string>): void {
  if (value === undefined) return;
  const isBranch = typeof value === 'object' && value !== null && !(value instanceof Date) && !(value instanceof Uint8Array);
  if (!isBranch) {
    found.set(path, typeof value === 'string' ? value : value instanceof Date ? value.toISOString() : canonicalJson(value));
    return;
  }
  for (const [name, member] of Object.entries(value)) collect(`${path}.${name}`, member, found);
}
