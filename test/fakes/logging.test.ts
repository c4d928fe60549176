import { v2 } from '@google-cloud/logging';
import { credentials } from '@grpc/grpc-js';
import { everyPermission } from '../../src/localcloud/index.js';
import { bobProject, startWorld, type World } from './support/world.js';

const required = `projects/${bobProject}/locations/global/buckets/_Required/views/_AllLogs`;

let world: World;
beforeEach(async () => {
  world = await startWorld();
  world.cloud.grant(world.alice, bobProject, ['logging.logEntries.list']);
  await world.insert();
});
afterEach(() => world.cloud.stop());

/** One REST call as raw as it can be. */
async function list(body: object, who = world.alice): Promise<{ status: number; body: Record<string, unknown> }> {
  const { loggingRest } = world.cloud.endpointsFor(world.alice);
  const { accessToken } = world.cloud.core.principals.issueToken(who);
  const response = await fetch(`${loggingRest}/v2/entries:list`, {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}` },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
const entriesOf = (answer: { body: Record<string, unknown> }): readonly Record<string, unknown>[] =>
  (answer.body['entries'] ?? []) as Record<string, unknown>[];

describe('entries:list by REST', () => {
  it('gives audit entries with their payload type, oldest first', async () => {
    const answer = await list({ resourceNames: [required], orderBy: 'timestamp asc' });
    expect(answer.status).toBe(200);
    const payloads = entriesOf(answer).map((entry) => entry['protoPayload'] as Record<string, unknown>);
    expect(payloads.map((payload) => payload['@type'])).toEqual(payloads.map(() => 'type.googleapis.com/google.cloud.audit.AuditLog'));
    expect(payloads[0]?.['methodName']).toBe('v1.compute.instances.insert');
  });

  it('pages: the default of 50, tokens that go on, and only with the same question', async () => {
    for (let i = 0; i < 60; i++) {
      const { insertId: _, timestamp: __, receiveTimestamp: ___, ...entry } = world.cloud.auditLog.query(() => true)[0]!;
      world.cloud.auditLog.append(entry);
    }
    const question = { resourceNames: [required] };
    const first = await list(question);
    expect(entriesOf(first)).toHaveLength(50);
    const pageToken = first.body['nextPageToken'];
    const second = await list({ ...question, pageToken });
    expect(entriesOf(second).length).toBe(world.cloud.auditLog.query(() => true).length - 50);
    expect(second.body).not.toHaveProperty('nextPageToken');
    const ids = [...entriesOf(first), ...entriesOf(second)].map((entry) => entry['insertId']);
    expect(new Set(ids).size).toBe(ids.length);
    expect((await list({ ...question, filter: 'severity>=ERROR', pageToken })).status).toBe(400);
  });

  it.each([
    { resourceNames: [] },
    { resourceNames: ['organizations/1'] },
    { resourceNames: [`projects/${bobProject}/locations/global/buckets/other/views/x`] },
    { resourceNames: [required], orderBy: 'severity' },
    { resourceNames: [required], pageSize: 1001 },
    { resourceNames: [required], pageSize: -1 },
    { resourceNames: [required], pageToken: 'x' },
    { resourceNames: [required], filter: 'surprise="x"' },
    { resourceNames: [required], surprise: true },
    {},
  ])('is INVALID_ARGUMENT: %j', async (body) => {
    const answer = await list(body);
    expect([answer.status, (answer.body['error'] as { status: string }).status]).toEqual([400, 'INVALID_ARGUMENT']);
  });

  it('needs the permission in the project that is read', async () => {
    world.cloud.revokeGrant(world.alice, bobProject);
    const answer = await list({ resourceNames: [required] });
    expect(answer.status).toBe(403);
    expect(JSON.stringify(answer.body)).toContain("Required 'logging.logEntries.list' permission");
  });

  it('leaves data access entries out for a caller without the right to them, and never shows them in _Required', async () => {
    world.cloud.auditLog.append({
      logName: `projects/${bobProject}/logs/cloudaudit.googleapis.com%2Fdata_access`,
      resource: { type: 'gce_instance', labels: {} },
      severity: 'INFO',
      textPayload: 'read',
    });
    const count = async (name: string): Promise<number> =>
      entriesOf(await list({ resourceNames: [name], pageSize: 1000 })).filter((entry) => entry['textPayload'] === 'read').length;
    expect(await count(`projects/${bobProject}`)).toBe(0);
    world.cloud.grant(world.alice, bobProject, ['logging.privateLogEntries.list']);
    expect([await count(`projects/${bobProject}`), await count(required)]).toEqual([1, 0]);
  });

  it('does not show an entry before the log has it', async () => {
    const before = entriesOf(await list({ resourceNames: [required] })).length;
    world.cloud.auditLog.append({ ...world.cloud.auditLog.query(() => true)[0]!, insertId: 'late' }, 60_000);
    expect(entriesOf(await list({ resourceNames: [required] }))).toHaveLength(before);
    world.clock.advanceSeconds(61);
    expect(entriesOf(await list({ resourceNames: [required] })).map((entry) => entry['insertId'])).toContain('late');
  });

  it('answers 429 beyond the quota of a minute', async () => {
    world.cloud.stores.logReads.readsPerMinute = 2;
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await list({ resourceNames: [required] })).status);
    world.clock.advanceSeconds(61);
    statuses.push((await list({ resourceNames: [required] })).status);
    expect(statuses).toEqual([200, 200, 429, 200]);
  });
});

/** The package types its clients as anything; this is what the tests call. */
interface LoggingClient {
  listLogEntries(request: object, options: object): Promise<unknown>;
  writeLogEntries(request: object, options: object): Promise<unknown>;
  close(): Promise<void>;
}
const { LoggingServiceV2Client } = v2 as { readonly LoggingServiceV2Client: new (options: object) => LoggingClient };

describe("Google's logging client", () => {
  let client: LoggingClient;
  const callOptions = () => {
    const { accessToken } = world.cloud.core.principals.issueToken(world.alice);
    return { otherArgs: { headers: { authorization: `Bearer ${accessToken}` } } };
  };
  beforeEach(() => {
    const { loggingGrpc } = world.cloud.endpointsFor(world.alice);
    const [apiEndpoint, port] = loggingGrpc.split(':');
    client = new LoggingServiceV2Client({
      apiEndpoint,
      port: Number(port),
      sslCreds: credentials.createInsecure(),
      clientOptions: { universeDomain: 'googleapis.com' },
    });
  });
  afterEach(() => client.close());

  it('lists entries whose payload is a serialised AuditLog', async () => {
    const request = {
      resourceNames: [required],
      filter: 'protoPayload.methodName:"instances.insert"',
      orderBy: 'timestamp asc',
      pageSize: 10,
    };
    const [entries] = (await client.listLogEntries(request, callOptions())) as [
      readonly { protoPayload: { type_url: string; value: Buffer } }[],
    ];
    expect(entries[0]?.protoPayload.type_url).toBe('type.googleapis.com/google.cloud.audit.AuditLog');
    // Field 8 (methodName), length-delimited: tag 0x42. Field 7 (serviceName): tag 0x3a.
    const expected = (tag: number, text: string): Buffer => Buffer.concat([Buffer.from([tag, text.length]), Buffer.from(text)]);
    expect(entries[0]?.protoPayload.value.includes(expected(0x42, 'v1.compute.instances.insert'))).toBe(true);
    expect(entries[0]?.protoPayload.value.includes(expected(0x3a, 'compute.googleapis.com'))).toBe(true);
  });

  it('is told of a term that the log does not know', async () => {
    const request = { resourceNames: [required], filter: 'surprise="x"' };
    await expect(client.listLogEntries(request, callOptions())).rejects.toMatchObject({ code: 3 });
  });

  const entry = (logName: string) => ({
    logName,
    resource: { type: 'global' },
    entries: [{ severity: 'WARNING', jsonPayload: { fields: { why: { stringValue: 'x', kind: 'stringValue' } } } }],
  });

  it('writes entries where the caller may', async () => {
    const logName = `projects/${bobProject}/logs/decisions`;
    await expect(client.writeLogEntries(entry(logName), callOptions())).rejects.toMatchObject({ code: 7 });
    world.cloud.grant(world.alice, bobProject, ['logging.logEntries.create']);
    await client.writeLogEntries(entry(logName), callOptions());
    expect(world.cloud.auditLog.query((each) => each.logName === logName).map((each) => each.jsonPayload)).toEqual([{ why: 'x' }]);
  });

  it('cannot write audit entries, not even as owner', async () => {
    world.cloud.grant(world.alice, bobProject, [everyPermission]);
    const logName = `projects/${bobProject}/logs/cloudaudit.googleapis.com%2Factivity`;
    await expect(client.writeLogEntries(entry(logName), callOptions())).rejects.toMatchObject({ code: 7 });
  });
});
