import { AppError } from '../base/index.js';
import type { AuditQuery } from './cloud.js';

/** The API's own limit. @see https://cloud.google.com/logging/quotas */
const maxFilterCharacters = 20_000;
/** Of either kind, in one filter: 300 ids of 20 digits stay well below the limit. */
const idsPerFilter = 300;

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;
const decimalId = /^[0-9]{1,20}$/;
const projectName = /^[a-z0-9.:-]{1,64}$/;

/**
 * The filters that together select what a query asks for: admin-activity and system-event entries of the instances, of the
 * disks, and of whatever the project's and zones' metadata are changed by. One, unless there are very many ids.
 * @throws AppError INTERNAL when a part of the query could change the filter's meaning.
 * @see https://cloud.google.com/logging/docs/view/logging-query-language
 */
export function auditFilters(query: AuditQuery): readonly string[] {
  const ids = [...query.instanceIds, ...query.diskIds];
  const sound =
    ids.every((id) => decimalId.test(id)) && projectName.test(query.project) && [query.from, query.until].every((at) => instant.test(at));
  if (!sound) throw new AppError('INTERNAL', 'an audit query holds an id, a project or an instant that is none');
  const logs = ['activity', 'system_event'].map((log) => `"projects/${query.project}/logs/cloudaudit.googleapis.com%2F${log}"`);
  const common = `logName=(${logs.join(' OR ')}) AND timestamp>="${query.from}" AND timestamp<="${query.until}"`;
  const clauses = [
    // instanceSettings.patch changes metadata of a zone; it is found by its method, whatever resource it is filed under.
    `resource.type="gce_project" OR protoPayload.methodName:("setCommonInstanceMetadata" OR "instanceSettings")`,
    ...idClauses('gce_instance', 'instance_id', query.instanceIds),
    ...idClauses('gce_disk', 'disk_id', query.diskIds),
  ];
  const joined = `${common} AND (${clauses.join(' OR ')})`;
  return joined.length < maxFilterCharacters ? [joined] : clauses.map((clause) => `${common} AND (${clause})`);
}

function idClauses(type: string, label: string, ids: readonly string[]): readonly string[] {
  const clauses: string[] = [];
  for (let start = 0; start < ids.length; start += idsPerFilter) {
    const some = ids.slice(start, start + idsPerFilter).map((id) => `"${id}"`);
    clauses.push(`(resource.type="${type}" AND resource.labels.${label}=(${some.join(' OR ')}))`);
  }
  return clauses;
}
