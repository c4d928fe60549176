import { notStoppedSinceReview } from '../../../src/appraisal/checks/not-stopped-since-review.js';
import { checkTable } from '../check-table.js';
import { evidence, instance, record } from '../evidence-fixture.js';

// The review of the fixture ended at 12:04:00.000Z.
const stopped = (lastStopTimestamp: string): ReturnType<typeof evidence> => evidence({ instance: instance({ lastStopTimestamp }) });
const suspended = (lastSuspendedTimestamp: string): ReturnType<typeof evidence> =>
  evidence({ instance: instance({ lastSuspendedTimestamp }) });
const hostMayRestart = record({ restart_policy: 'allow' });
const refused = (detail: RegExp): { readonly reason: string; readonly detail: RegExp } => ({ reason: 'INSTANCE_STOPPED', detail });

checkTable(notStoppedSinceReview, [
  ['never stopped', evidence(), 'pass'],
  ['stopped before the review ended, in the time zone of Compute', stopped('2021-06-22T05:04:00.000-07:00'), 'pass'],
  ['suspended before the review ended', suspended('2021-06-22T05:03:59.000-07:00'), 'pass'],
  [
    'stopped a millisecond later',
    stopped('2021-06-22T05:04:00.001-07:00'),
    refused(/^stopped at 2021-06-22T05:04:00\.001-07:00; reviewed until 2021-06-22T12:04:00\.000Z$/),
  ],
  [
    'suspended a millisecond later',
    suspended('2021-06-22T05:04:00.001-07:00'),
    refused(/^suspended at 2021-06-22T05:04:00\.001-07:00; reviewed until /),
  ],
  [
    'both',
    evidence({
      instance: instance({ lastStopTimestamp: '2021-06-22T12:05:00Z', lastSuspendedTimestamp: '2021-06-22T12:06:00Z' }),
    }),
    refused(/^stopped at 2021-06-22T12:05:00Z, suspended at 2021-06-22T12:06:00Z;/),
  ],
  ['stopped at a time that is none', stopped('soon'), refused(/^stopped at soon;/)],
  ['a review without an end', evidence({ record: record({ history_checked_until: 'yesterday' }) }), refused(/no instant/)],
  ['stopped later, where restarts by the host are allowed', { ...stopped('2021-06-22T12:05:00Z'), record: hostMayRestart }, 'pass'],
  [
    'suspended later, where restarts by the host are allowed',
    { ...suspended('2021-06-22T12:05:00Z'), record: hostMayRestart },
    refused(/^suspended at/),
  ],
]);
