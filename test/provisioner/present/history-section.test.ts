import { historySection } from '../../../src/provisioner/present/history-section.js';
import { auditEntry, goodVm } from '../support/article-vms.js';

test('entries stand in the order of time, whether or not a second has a fraction', () => {
  const at = (timestamp: string) => auditEntry(goodVm, { timestamp, methodName: `m-${timestamp}` });
  const times = ['2021-06-22T12:00:52Z', '2021-06-22T12:00:52.5Z', '2021-06-22T12:00:53Z', '2021-06-22T12:00:53.25Z'];
  const entries = [3, 1, 0, 2].map((i) => at(times[i] ?? ''));
  const shown = historySection({ entries, from: '', until: '', complete: true }).join('\n');
  expect([...shown.matchAll(/m-(\S+)/g)].map(([, time]) => time)).toEqual(times);
});
