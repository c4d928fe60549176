import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openMetadataServer } from '../../src/gcp/metadata-server.js';
import type { Vm } from '../../src/localcloud/index.js';
import type { Cloud } from '../../src/gcp/index.js';
import { deadlineMs, startFarSide, type FarSide } from './support/far-side.js';

let far: FarSide;
let vm: Vm;
let cloud: Cloud;
let hasty: Cloud;
beforeAll(async () => {
  far = await startFarSide();
  vm = await far.insertVm();
  cloud = far.openOn(vm);
  hasty = far.openOn(vm, { deadlineMs });
});
afterEach(() => far.world.faults.clear());
afterAll(() => far.stop());

describe('the metadata server', () => {
  it('gives values of the VM', async () => {
    expect(await cloud.metadataServer.value('instance/id')).toBe(vm.id);
    expect(await cloud.metadataServer.value('instance/attributes/user-data')).toBe('#cloud-config\n');
  });

  it('says what is not there', async () => {
    await expect(cloud.metadataServer.value('instance/attributes/nothing')).rejects.toMatchObject({ code: 'CLOUD_NOT_FOUND' });
  });

  it.each(['', '../x', 'instance/../project/project-id', 'instance/id?alt=json', '/instance/id', 'a b'])(
    'is not asked for %j',
    async (path) => {
      await expect(cloud.metadataServer.value(path)).rejects.toMatchObject({ code: 'INTERNAL' });
    },
  );

  it('is asked for a new identity token every time', async () => {
    const before = far.world.calls('metadata');
    await cloud.metadataServer.identityToken('https://a');
    await cloud.metadataServer.identityToken('https://a');
    expect(far.world.calls('metadata') - before).toBe(2);
  });

  it.each([{ kind: 'hang' }, { kind: 'truncate' }, { kind: 'error', status: 500 }, { kind: 'forbidden' }] as const)(
    'undecided at %j',
    async (fault) => {
      far.world.faults.set('metadata', fault);
      await expect(hasty.metadataServer.identityToken('https://a')).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
    },
  );
});

describe('something else at its address', () => {
  let server: Server;
  let headers: Record<string, string> = {};
  let asked: string | undefined;
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked = String(request.headers['metadata-flavor']);
      response.writeHead(200, headers).end('a.b.c');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const open = () => openMetadataServer({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, deadlineMs });

  it('is not taken for it without its header', async () => {
    headers = {};
    await expect(open().identityToken('a')).rejects.toThrow('Metadata-Flavor');
    headers = { 'metadata-flavor': 'Google' };
    expect(await open().identityToken('a')).toBe('a.b.c');
    expect(asked).toBe('Google');
  });
});
