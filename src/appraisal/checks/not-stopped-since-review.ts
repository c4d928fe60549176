import { type Check, passIf, refuse } from '../../base/index.js';
import type { MachineEvidence } from '../evidence.js';
import { millisecondsOf } from '../instants.js';

/**
 * Compute dates the last stop and the last suspension of a VM in its description at once, while their audit entries may be minutes late.
 * What came before the end of the review is judged by the log, also when its entry arrives later. Where Alice allows restarts by the host,
 * a stop may be one of those: then the log alone says whose it was. No host suspends a VM.
 */
export const notStoppedSinceReview: Check<MachineEvidence> = {
  id: 'not-stopped-since-review',
  question: 'Was the VM neither stopped nor suspended since Alice looked?',
  reason: 'INSTANCE_STOPPED',
  remedy: 'ask Alice to review the VM again as it is after the stop, or make a new VM',
  healedBy: 'alice',
  comparesWith: ['history_checked_until', 'restart_policy', 'live:instances.get'],
  judge: ({ instance, record }) => {
    const checkedMs = millisecondsOf(record.history_checked_until);
    if (checkedMs === undefined) return refuse('the end of the review is no instant');
    const ifLater = (what: string, instant: string | undefined): readonly string[] =>
      instant === undefined || (millisecondsOf(instant) ?? Infinity) <= checkedMs ? [] : [`${what} at ${instant}`];
    const problems = [
      ...(record.restart_policy === 'refuse' ? ifLater('stopped', instance.lastStopTimestamp) : []),
      ...ifLater('suspended', instance.lastSuspendedTimestamp),
    ];
    return passIf(problems.length === 0, `${problems.join(', ')}; reviewed until ${record.history_checked_until}`);
  },
};
