import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '../../src/base/index.js';
import { openCloud, readEndpoints } from '../../src/gcp/index.js';

const good = {
  metadata: 'http://127.0.0.1:1',
  jwks: 'http://127.0.0.1:2/oauth2/v3/certs',
  compute: 'http://localhost:3',
  loggingRest: 'http://[::1]:4',
  loggingGrpc: '127.0.0.1:5',
  firestore: '127.0.0.1:6',
  secretManager: 'localhost:7',
  iam: 'http://localhost:9',
  kms: '127.0.0.1:8',
};
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'endpoints-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

const read = (content: string) => {
  const file = join(directory, 'endpoints.json');
  writeFileSync(file, content);
  return readEndpoints(file);
};

describe('--endpoints', () => {
  it('names every API on this machine', () => {
    expect(read(JSON.stringify(good))).toEqual(good);
  });

  it.each([
    ['metadata', 'http://169.254.169.254'],
    ['metadata', 'http://metadata.google.internal'],
    ['jwks', 'https://127.0.0.1:1/'],
    ['jwks', 'http://127.0.0.1.evil.example/'],
    ['compute', 'http://127.0.0.1@evil.example/'],
    ['compute', 'http://user:x@127.0.0.1/'],
    ['compute', 'file:///etc/passwd'],
    ['firestore', '10.0.0.1:80'],
    ['firestore', '127.0.0.1'],
    ['firestore', '127.0.0.1:0'],
    ['kms', '127.0.0.1:65536'],
    ['kms', 'evil.example:127.0.0.1:5'],
    ['kms', 'http://127.0.0.1:5'],
  ])('refuses %s at %s', (member, value) => {
    expect(() => read(JSON.stringify({ ...good, [member]: value }))).toThrow(member);
  });

  it.each(Object.keys(good))('refuses a file without %s', (member) => {
    expect(() => read(JSON.stringify({ ...good, [member]: undefined }))).toThrow(member);
  });

  it('refuses unknown members, other files and no file', () => {
    expect(() => read(JSON.stringify({ ...good, extra: 'x' }))).toThrow('extra');
    expect(() => read('not json')).toThrow('as JSON');
    expect(() => readEndpoints(join(directory, 'none'))).toThrow('--endpoints');
  });
});

describe('openCloud', () => {
  const base = { collection: 'records', log: silentLog };

  it.each(['', 'a/b', '__x__', 'a.b'])('refuses the collection %j', (collection) => {
    expect(() => openCloud({ ...base, collection })).toThrow('collection');
  });

  it('refuses a key file that is none, and does not repeat what is in it', () => {
    const file = join(directory, 'key.json');
    writeFileSync(file, '{"type":"authorized_user","private_key":"canary"}');
    expect(() => openCloud({ ...base, serviceAccountFile: file })).toThrow(/^(?!.*canary).*not the JSON key file/);
    expect(() => openCloud({ ...base, serviceAccountFile: join(directory, 'none') })).toThrow('cannot be read');
  });

  it('asks nobody before it is used', async () => {
    await openCloud(base).close();
  });
});
