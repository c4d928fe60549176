import type { ApprovalLife, Cloud } from '../../gcp/index.js';
import type { ShowConfig } from '../config.js';
import { exitCodes, type ExitCode } from '../exit.js';
import { wrapped } from '../present/layout.js';
import { visible } from '../present/visible.js';
import type { Program } from '../program.js';
import { countReleases } from './releases.js';
import { noApproval } from './stored.js';

interface Event {
  readonly at: Date;
  readonly what: 'approved' | 'replaced' | 'extended' | 'revoked' | 'released';
  readonly approvalDigest: string;
  readonly detail: string;
}

/** `history`: what happened to the approvals of one VM, oldest first: approved, extended, released, revoked, replaced. */
export async function history({ instanceId }: ShowConfig, cloud: Cloud, program: Program): Promise<ExitCode> {
  const [document, life] = await Promise.all([cloud.records.loadRaw(instanceId), cloud.records.life(instanceId)]);
  if (document === undefined && life.past.length === 0) throw noApproval(instanceId);
  const digests = [...new Set([...life.past.map((past) => past.approvalDigest), text(document?.['approval_digest'])])].filter(Boolean);
  const releases = await Promise.all(digests.map((digest) => releaseEvents(digest, instanceId, cloud)));
  // Of events of one moment, this is the order.
  const events = [...pastEvents(life), ...currentEvents(document), ...changeEvents(life), ...releases.flat()];
  events.sort((a, b) => a.at.getTime() - b.at.getTime());
  program.show(`${events.flatMap(eventLines).join('\n')}\n`);
  program.result({ instanceId, events });
  return exitCodes.done;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const pastEvents = ({ past }: ApprovalLife): readonly Event[] =>
  past.flatMap(({ approvalDigest, approvedAt, approvedBy, notAfter, releasePolicy, replacedAt }): readonly Event[] => [
    ...(approvedAt === undefined
      ? []
      : [{ at: approvedAt, what: 'approved' as const, approvalDigest, detail: approvalText(approvedBy, releasePolicy, notAfter) }]),
    { at: replacedAt, what: 'replaced', approvalDigest, detail: 'by the next approval' },
  ]);

const changeEvents = ({ extensions, revocations }: ApprovalLife): readonly Event[] => [
  ...extensions.map(({ approvalDigest, at, by, notAfter }): Event => ({
    ...{ at, what: 'extended', approvalDigest },
    detail: `by ${by}, until ${notAfter.toISOString()}`,
  })),
  ...revocations.map(({ approvalDigest, at, by, why }): Event => ({ at, what: 'revoked', approvalDigest, detail: `by ${by}: ${why}` })),
];

const approvalText = (by: string, policy: string, until: Date | undefined): string =>
  `by ${by || '(unknown)'}, ${policy}${until === undefined ? '' : `, until ${until.toISOString()}`}`;

function currentEvents(document: Readonly<Record<string, unknown>> | undefined): readonly Event[] {
  const [at, until] = [document?.['approved_at'] ?? document?.['provided_at'], document?.['not_after']];
  if (document === undefined || !(at instanceof Date)) return [];
  const policy = text(document['release_policy']) || 'reference';
  const detail = approvalText(text(document['approved_by']), policy, until instanceof Date ? until : undefined);
  return [{ at, what: 'approved', approvalDigest: text(document['approval_digest']), detail }];
}

async function releaseEvents(approvalDigest: string, instanceId: string, cloud: Cloud): Promise<readonly Event[]> {
  const { count, lastAt } = await countReleases(cloud.state, instanceId, approvalDigest);
  return lastAt === undefined ? [] : [{ at: lastAt, what: 'released', approvalDigest, detail: `for the last time of ${count}` }];
}

const eventLines = ({ at, what, approvalDigest, detail }: Event): readonly string[] =>
  wrapped(`${at.toISOString()}  `, visible(`${what.padEnd(8)} ${detail} [${approvalDigest.slice(0, 8)}]`), ' '.repeat(26));
