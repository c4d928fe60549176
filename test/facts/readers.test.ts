import protos from '@google-cloud/compute/build/protos/protos.json';
import { isAppError } from '../../src/base/index.js';
import {
  parseAuditEntry,
  parseDisk,
  parseImage,
  parseInstance,
  parseMetadataItems,
  parseTokenClaims,
  parseZoneMetadata,
} from '../../src/facts/index.js';
import { rawClaims, rawDisk, rawEntry, rawInstance } from './samples.js';

const without = (object: object, path: string): unknown => {
  const copy = structuredClone(object) as Record<string, unknown>;
  const parts = path.split('.');
  const last = parts.pop() ?? '';
  let at: Record<string, unknown> = copy;
  for (const part of parts) at = at[part] as Record<string, unknown>;
  delete at[last];
  return copy;
};

const unavailable = (run: () => unknown): boolean => {
  try {
    run();
  } catch (error) {
    return isAppError(error, 'CLOUD_UNAVAILABLE') && error.message.includes('does not parse');
  }
  return false;
};

describe('parseInstance', () => {
  const facts = parseInstance(rawInstance);

  it('keeps a uint64 id digit by digit', () => {
    expect(facts.id).toBe('8296329138112513432');
    expect(unavailable(() => parseInstance({ ...rawInstance, id: Number('8296329138112513432') }))).toBe(true);
  });

  it('shortens URLs to names and reads the creation time with its offset', () => {
    expect([facts.zone, facts.machineType, facts.creationTimestamp]).toEqual([
      'us-central1-a',
      'n2d-standard-2',
      '2026-06-20T05:17:49.349-07:00',
    ]);
    expect(facts.createdAtSeconds).toBe(Date.UTC(2026, 5, 20, 12, 17, 49) / 1000);
  });

  it('keeps metadata keys without a value', () => {
    expect([...facts.metadata]).toEqual([
      ['user-data', '#cloud-config\n'],
      ['flag', undefined],
    ]);
  });

  it('reads disks, and sees Secure Boot keys that a disk brings', () => {
    expect(facts.disks.map((disk) => [disk.boot, disk.type, disk.hasOwnSecureBootKeys])).toEqual([
      [true, 'PERSISTENT', true],
      [false, 'SCRATCH', false],
    ]);
    const empty = { ...rawInstance, disks: [{ ...rawInstance.disks[0], shieldedInstanceInitialState: { dbs: [] } }] };
    expect(parseInstance(empty).disks[0]?.hasOwnSecureBootKeys).toBe(false);
  });

  it('reads every address of an interface', () => {
    expect(facts.networkInterfaces).toEqual([
      {
        name: 'nic0',
        network: 'https://www.googleapis.com/compute/v1/projects/bob/global/networks/net',
        subnetwork: 'https://www.googleapis.com/compute/v1/projects/bob/regions/us-central1/subnetworks/sub',
        networkIP: '10.128.0.2',
        natIPs: ['34.1.2.3'],
        stackType: 'IPV4_IPV6',
        ipv6Addresses: ['2600:1900::1', '2600:1900::2'],
        aliasIpRangeCount: 1,
      },
    ]);
  });

  it('takes absent switches as false and reads those that are set', () => {
    expect(facts.shielded).toEqual({ enableSecureBoot: false, enableVtpm: true, enableIntegrityMonitoring: true });
    expect(facts.features).toEqual({
      canIpForward: false,
      displayDevice: false,
      enableNestedVirtualization: true,
      enableUefiNetworking: false,
      guestAcceleratorCount: 2,
      sourceMachineImage: undefined,
    });
    expect(facts.effectiveMetadata.get('vmDnsSettingMetadataValue')).toBe('ZonalOnly');
  });

  it('keeps when the VM was stopped and suspended last, and refuses a time that is none', () => {
    expect([facts.lastStopTimestamp, facts.lastSuspendedTimestamp]).toEqual([undefined, undefined]);
    const lastStopTimestamp = '2026-06-21T05:17:49.349-07:00';
    const lastSuspendedTimestamp = '2026-06-22T05:17:49.349-07:00';
    const stopped = parseInstance({ ...rawInstance, lastStopTimestamp, lastSuspendedTimestamp });
    expect([stopped.lastStopTimestamp, stopped.lastSuspendedTimestamp]).toEqual([lastStopTimestamp, lastSuspendedTimestamp]);
    expect(stopped.unknownMembers).toEqual(['somethingNew']);
    expect(unavailable(() => parseInstance({ ...rawInstance, lastStopTimestamp: 'soon' }))).toBe(true);
    expect(unavailable(() => parseInstance({ ...rawInstance, lastSuspendedTimestamp: 1 }))).toBe(true);
  });

  it('lists members of the answer that it does not know', () => {
    expect(facts.unknownMembers).toEqual(['somethingNew']);
  });

  it('lists those of disks and network interfaces too, each once', () => {
    const disks = rawInstance.disks.map((disk) => ({ ...disk, mirror: 'x', kind: 'compute#attachedDisk' }));
    const networkInterfaces = rawInstance.networkInterfaces.map((nic) => ({ ...nic, tap: { on: true } }));
    expect(parseInstance({ ...rawInstance, disks, networkInterfaces }).unknownMembers).toEqual([
      'somethingNew',
      'disks.mirror',
      'networkInterfaces.tap',
    ]);
  });

  it("knows every member that Google's client of this version knows", () => {
    const messages = protos.nested.google.nested.cloud.nested.compute.nested.v1.nested;
    const all = (fields: object): object => Object.fromEntries(Object.keys(fields).map((name) => [name, undefined]));
    const disks = rawInstance.disks.map((disk) => ({ ...all(messages.AttachedDisk.fields), ...disk }));
    const networkInterfaces = rawInstance.networkInterfaces.map((nic) => ({ ...all(messages.NetworkInterface.fields), ...nic }));
    expect(parseInstance({ ...rawInstance, disks, networkInterfaces }).unknownMembers).toEqual(['somethingNew']);
  });

  it.each([
    [{ enableConfidentialCompute: true }, 'SEV'],
    [{ enableConfidentialCompute: true, confidentialInstanceType: 'CONFIDENTIAL_INSTANCE_TYPE_UNSPECIFIED' }, 'SEV'],
    [{ confidentialInstanceType: 'TDX' }, 'TDX'],
    [{ enableConfidentialCompute: true, confidentialInstanceType: 'CCA' }, 'UNKNOWN'],
    [{ enableConfidentialCompute: false, confidentialInstanceType: 'SEV' }, 'UNKNOWN'],
    [{ enableConfidentialCompute: false }, 'NONE'],
    [undefined, 'NONE'],
  ])('reads confidentialInstanceConfig %j as %s', (confidentialInstanceConfig, expected) => {
    expect(parseInstance({ ...rawInstance, confidentialInstanceConfig }).confidentialType).toBe(expected);
  });

  it('keeps an unknown status for the checks', () => {
    expect(parseInstance({ ...rawInstance, status: 'HOVERING' }).status).toBe('HOVERING');
  });

  it.each([
    'id',
    'name',
    'zone',
    'status',
    'creationTimestamp',
    'fingerprint',
    'machineType',
    'metadata',
    'disks',
    'networkInterfaces',
    'disks.0.type',
    'disks.0.mode',
    'networkInterfaces.0.network',
    'serviceAccounts.0.email',
  ])('does not accept an answer without %s', (path) => {
    expect(unavailable(() => parseInstance(without(rawInstance, path)))).toBe(true);
  });

  it.each([
    ['canIpForward', 'false'],
    ['disks', {}],
    ['metadata', { items: { a: 'b' } }],
    ['creationTimestamp', 'yesterday'],
    ['shieldedInstanceConfig', { enableVtpm: 1 }],
  ])('does not accept a wrong type in %s', (member, value) => {
    expect(unavailable(() => parseInstance({ ...rawInstance, [member]: value }))).toBe(true);
  });

  it.each([undefined, null, [], 'text', {}])('does not accept %j as an answer', (answer) => {
    expect(unavailable(() => parseInstance(answer))).toBe(true);
  });

  it('never repeats a value in the error', () => {
    expect(() => parseInstance({ ...rawInstance, metadata: { items: [{ key: 'user-data', value: 12345 }] } })).toThrow(
      /^(?!.*12345).*metadata\.items\.0\.value/,
    );
  });
});

describe('metadata', () => {
  it('refuses a key that is there twice', () => {
    expect(
      unavailable(() =>
        parseMetadataItems({
          items: [
            { key: 'a', value: '1' },
            { key: 'a', value: '2' },
          ],
        }),
      ),
    ).toBe(true);
  });

  it('is empty where there are no items', () => {
    expect(parseMetadataItems({ fingerprint: 'x' }).size).toBe(0);
  });

  it('reads the zone level, where items are an object', () => {
    expect([...parseZoneMetadata({ fingerprint: 'x', metadata: { items: { 'startup-script': 'id' } } })]).toEqual([
      ['startup-script', 'id'],
    ]);
    expect(parseZoneMetadata({ fingerprint: 'x' }).size).toBe(0);
  });

  it('does not take another answer for an empty zone level', () => {
    expect(unavailable(() => parseZoneMetadata({}))).toBe(true);
    expect(unavailable(() => parseZoneMetadata({ fingerprint: 'x', metadata: { items: [{ key: 'a', value: 'b' }] } }))).toBe(true);
  });
});

describe('parseDisk and parseImage', () => {
  it('reads where a disk began and when it was last attached', () => {
    const disk = parseDisk(rawDisk);
    expect([disk.id, disk.sourceImageId, disk.replicated, disk.lastDetachSeconds]).toEqual([
      '4711471147114711471',
      '1234567890123456789',
      false,
      undefined,
    ]);
    expect(disk.lastAttachSeconds).toBe(Date.UTC(2026, 5, 20, 12, 17, 50) / 1000);
  });

  it.each([{ asyncPrimaryDisk: { disk: 'x' } }, { asyncSecondaryDisks: { x: {} } }, { replicaZones: ['a', 'b'] }])(
    'sees replication in %j',
    (more) => {
      expect(parseDisk({ ...rawDisk, ...more }).replicated).toBe(true);
    },
  );

  it('counts an instant snapshot as a snapshot', () => {
    expect(parseDisk({ ...rawDisk, sourceInstantSnapshot: 'snap' }).sourceSnapshot).toBe('snap');
  });

  it.each(['id', 'name', 'creationTimestamp'])('does not accept a disk without %s', (path) => {
    expect(unavailable(() => parseDisk(without(rawDisk, path)))).toBe(true);
  });

  it('reads an image', () => {
    expect(parseImage({ id: '1', name: 'cos', shieldedInstanceInitialState: { pk: { content: 'A' } } }, 'cos-cloud')).toEqual({
      id: '1',
      name: 'cos',
      project: 'cos-cloud',
      hasOwnSecureBootKeys: true,
    });
  });
});

describe('parseAuditEntry', () => {
  it('reads an entry with the precision and the version prefix that the log gave', () => {
    expect(parseAuditEntry(rawEntry)).toMatchObject({
      insertId: 'abc123',
      timestamp: '2026-06-20T12:17:50.123456789Z',
      methodName: 'beta.compute.instances.insert',
      operation: { id: 'operation-1', first: false, last: true },
      principalEmail: 'bob@example.com',
    });
  });

  it('reads an entry whose request and caller were left out', () => {
    const { serviceName, methodName, '@type': type } = rawEntry.protoPayload;
    const entry = parseAuditEntry({ ...rawEntry, operation: undefined, protoPayload: { '@type': type, serviceName, methodName } });
    expect([entry.principalEmail, entry.callerIp, entry.operation, entry.request]).toEqual(['', '', undefined, undefined]);
  });

  it('tells success, failure and silence apart', () => {
    const status = (value: unknown): unknown =>
      parseAuditEntry({ ...rawEntry, protoPayload: { ...rawEntry.protoPayload, status: value } }).statusCode;
    expect([status({}), status({ code: 7, message: 'no' }), status(undefined)]).toEqual([0, 7, undefined]);
  });

  it.each([
    'logName',
    'insertId',
    'timestamp',
    'resource',
    'resource.type',
    'protoPayload',
    'protoPayload.@type',
    'protoPayload.methodName',
    'protoPayload.serviceName',
  ])('does not accept an entry without %s', (path) => {
    expect(unavailable(() => parseAuditEntry(without(rawEntry, path)))).toBe(true);
  });
});

describe('parseTokenClaims', () => {
  it('reads the claims of a VM', () => {
    expect(parseTokenClaims(rawClaims)).toMatchObject({
      subject: '101234567890123456789',
      emailVerified: true,
      instance: { projectNumber: '248066739582', instanceId: '8296329138112513432', confidentiality: 0 },
    });
  });

  it('has no instance where no metadata server made the token', () => {
    expect(parseTokenClaims(without(rawClaims, 'google')).instance).toBeUndefined();
  });

  it.each(['iss', 'aud', 'sub', 'iat', 'exp', 'google.compute_engine.instance_id', 'google.compute_engine.zone'])(
    'does not accept claims without %s',
    (path) => {
      expect(unavailable(() => parseTokenClaims(without(rawClaims, path)))).toBe(true);
    },
  );

  it('does not accept an instance id that went through a JSON number', () => {
    const compute_engine = { ...rawClaims.google.compute_engine, instance_id: Number('8296329138112513432') };
    expect(unavailable(() => parseTokenClaims({ ...rawClaims, google: { compute_engine } }))).toBe(true);
  });

  it('does not accept several audiences', () => {
    expect(unavailable(() => parseTokenClaims({ ...rawClaims, aud: ['a', 'b'] }))).toBe(true);
  });
});
