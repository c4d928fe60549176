import type { LogEntry } from '../../src/localcloud/index.js';
import { parseFilter } from '../../src/localcloud/logging-filter.js';

const entry: LogEntry = {
  logName: 'projects/bob/logs/cloudaudit.googleapis.com%2Factivity',
  resource: { type: 'gce_instance', labels: { instance_id: '42', zone: 'us-central1-a' } },
  timestamp: '2026-03-01T12:00:00.123456789Z',
  receiveTimestamp: '2026-03-01T12:00:01Z',
  severity: 'NOTICE',
  insertId: 'abc',
  operation: { id: 'op-1', producer: 'compute.googleapis.com', first: true },
  protoPayload: { '@type': 'x', methodName: 'v1.compute.instances.setMetadata', serviceName: 'compute.googleapis.com' },
};

// Meanings as in https://cloud.google.com/logging/docs/view/logging-query-language
it.each([
  ['', true],
  ['  \n ', true],
  ['resource.type="gce_instance"', true],
  ['resource.type = gce_instance', true],
  ['resource.type="GCE_Instance"', true],
  ['resource.type="gce_disk"', false],
  ['resource.type!="gce_disk"', true],
  ['resource.labels.instance_id="42"', true],
  ['resource.labels.disk_id="42"', false],
  ['resource.labels.disk_id!="42"', false],
  ['protoPayload.methodName:"setMetadata"', true],
  ['protoPayload.methodName:("setTags" OR "setMetadata")', true],
  ['protoPayload.methodName:("setTags" OR "setLabels")', false],
  ['timestamp>="2026-03-01T12:00:00.123456789Z"', true],
  ['timestamp>"2026-03-01T12:00:00.123456789Z"', false],
  ['timestamp<"2026-03-01T12:00:00.12345679Z"', true],
  ['timestamp>="2026-03-01T13:00:00+01:00"', true],
  ['timestamp<"2026-03-01T12:00:00Z"', false],
  ['severity>=NOTICE', true],
  ['severity>=WARNING', false],
  ['insertId=abc resource.type=gce_instance', true],
  ['insertId=abc resource.type=gce_disk', false],
  ['insertId=abc AND NOT resource.type=gce_disk', true],
  ['NOT (insertId=abc)', false],
  // OR binds tighter than AND.
  ['insertId=x AND resource.type=gce_instance OR insertId=abc', false],
  ['insertId=x OR insertId=abc AND resource.type=gce_instance', true],
  ['(insertId=x AND resource.type=gce_instance) OR insertId=abc', true],
  ['insertId="a\\"b"', false],
])('filter %j matches: %s', (filter, matches) => {
  expect(parseFilter(filter)(entry)).toBe(matches);
});

it.each([
  'surprise="x"',
  'protoPayload.surprise="x"',
  'resource="x"',
  'insertId',
  'insertId=',
  '="x"',
  'insertId="x',
  'insertId="\\n"',
  '(insertId=x',
  'insertId=x)',
  'insertId=(x AND y)',
  'insertId=(x OR)',
  'insertId=~"x"',
  'insertId>x',
  'timestamp:"2026"',
  'timestamp>"yesterday"',
  'severity>=LOUD',
  'insertId=x OR',
  'AND insertId=x',
  'NOT',
  'insertId=x; insertId=y',
  `insertId="${'x'.repeat(20_000)}"`,
])('filter %j is not understood and so refused', (filter) => {
  expect(() => parseFilter(filter)).toThrow(expect.objectContaining({ status: 400 }) as Error);
});
