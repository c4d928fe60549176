import { ArticleRun } from './support/article-run.js';
import { auditEntry, factsOf, goodVm } from './support/article-vms.js';

const escape = '\u001b[2J\u001b[1;1H';
const bidi = '\u202e';

test('nothing that Bob writes anywhere reaches the terminal as a control character or a mark of direction', async () => {
  const evil = (text: string): string => `${escape}${text}${bidi}\r\u0007`;
  const good = factsOf(goodVm);
  const run = new ArticleRun({
    ...good,
    instance: {
      ...good.instance,
      name: evil('name'),
      status: evil('status'),
      machineType: evil('type'),
      cpuPlatform: evil('cpu'),
      metadata: new Map([
        ['user-data', `#cloud-config\n${evil('script')}\n`],
        [evil('key'), evil('value')],
        ['motd', `line\n${evil('second line')}`],
      ]),
      serviceAccounts: [{ email: evil('mail'), scopes: [evil('scope')] }],
      networkInterfaces: good.instance.networkInterfaces.map((nic) => ({
        ...nic,
        name: evil('nic'),
        network: evil('net'),
        subnetwork: evil('sub'),
        stackType: evil('stack'),
      })),
      unknownMembers: [evil('member')],
    },
    bootDisk: { ...good.bootDisk, sourceImage: `projects/x/global/images/${evil('image')}`, users: [evil('user')] },
    projectMetadata: new Map([[evil('project key'), evil('v')]]),
    zoneMetadata: new Map([[evil('zone key'), evil('v')]]),
    entries: [
      ...good.entries,
      auditEntry(goodVm, {
        timestamp: '2021-06-22T12:10:00Z',
        methodName: evil('method'),
        serviceName: evil('service'),
        severity: evil('severity'),
        principalEmail: evil('principal'),
        callerIp: evil('ip'),
        resourceName: evil('resource'),
        operation: { id: evil('operation'), first: true, last: false },
        request: { [evil('member')]: [evil('element')] },
      }),
    ],
  });
  const outcome = await run.approve({ answers: ['y'] });
  run.end();
  const printed = [outcome.shown, ...outcome.complaints, ...outcome.questions].join('\n');
  // Line feeds are ours.
  expect(printed.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
  const flat = outcome.shown.replaceAll(/\s/g, '');
  for (const word of [
    'name',
    'script',
    'key',
    'value',
    'secondline',
    'mail',
    'scope',
    'nic',
    'image',
    'projectkey',
    'zonekey',
    'method',
    'principal',
    'element',
  ]) {
    expect(flat).toContain(`<U+001B>[2J<U+001B>[1;1H${word}<U+202E><U+000D><U+0007>`);
  }
  expect(run.cloud.stored.size).toBe(0);
});

test('an entry with a very long request is shown in full', async () => {
  const request = { blob: Array.from({ length: 300 }, (_, i) => ({ name: `member-${i}`, value: 'v'.repeat(200) })) };
  const run = new ArticleRun(
    factsOf(goodVm, [auditEntry(goodVm, { timestamp: '2021-06-22T12:10:00Z', methodName: 'v1.compute.instances.setLabels', request })]),
  );
  const { shown } = await run.approve({ answers: ['n'] });
  run.end();
  expect(shown.match(/member-\d+/g)).toHaveLength(300);
  expect(shown.split('\n').every((line) => line.length <= 80)).toBe(true);
});
