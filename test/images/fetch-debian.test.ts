import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DebianPackage } from '../../images/builder/base-lock.js';
import { fetchDebian } from '../../images/builder/fetch-debian.js';

const right = Buffer.from('the bytes of the lock');
const wanted: DebianPackage = {
  name: 'libc6',
  version: '2.36-9',
  pool: 'pool/main/g/glibc/libc6_2.36-9_amd64.deb',
  sha256: createHash('sha256').update(right).digest('hex'),
  licence: 'LGPL-2.1-or-later',
};

let mirror: Server;
let answer: { readonly status: number; readonly body: Buffer };
let asked: (string | undefined)[];
let cache: string;

beforeEach(async () => {
  asked = [];
  answer = { status: 200, body: right };
  mirror = createServer((request, response) => {
    asked.push(request.url);
    response.writeHead(answer.status).end(answer.body);
  });
  mirror.listen(0, '127.0.0.1');
  await once(mirror, 'listening');
  cache = mkdtempSync(join(tmpdir(), 'cache-'));
});
afterEach(async () => {
  rmSync(cache, { recursive: true });
  mirror.closeAllConnections();
  mirror.close();
  await once(mirror, 'close');
});
const fetchIt = (): Promise<Buffer> =>
  fetchDebian(wanted, { cache, mirror: `http://127.0.0.1:${(mirror.address() as AddressInfo).port}/debian/` });

describe('fetchDebian', () => {
  it('takes the file of the pool, and the next time the copy', async () => {
    expect(await fetchIt()).toEqual(right);
    expect(await fetchIt()).toEqual(right);
    expect(asked).toEqual(['/debian/pool/main/g/glibc/libc6_2.36-9_amd64.deb']);
  });

  it('does not believe a copy that was changed', async () => {
    writeFileSync(join(cache, 'libc6_2.36-9_amd64.deb'), 'something else');
    expect(await fetchIt()).toEqual(right);
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['another file under that name', { status: 200, body: Buffer.from('other') }, 'its SHA-256 differs'],
    ['nothing', { status: 404, body: Buffer.alloc(0) }, 'the mirror answers 404'],
  ])('a mirror with %s ends it with one line that says what to do, and nothing is kept', async (_, given, why) => {
    answer = given;
    const error: unknown = await fetchIt().catch((thrown: unknown) => thrown);
    expect(String(error)).toContain(`libc6 2.36-9 of images/base.lock.json cannot be had`);
    expect(String(error)).toContain(why);
    expect(String(error)).toContain('IMAGE_DEBIAN_MIRROR');
    expect(String(error)).not.toContain('\n');
    expect(readdirSync(cache)).toEqual([]);
  });

  it('a mirror that is not there is named as the reason', async () => {
    await expect(fetchDebian(wanted, { cache, mirror: 'http://127.0.0.1:1' })).rejects.toThrow('the mirror cannot be reached');
  });
});
