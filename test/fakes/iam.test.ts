import { createPublicKey, createSign, createVerify } from 'node:crypto';
import { bobProject, startWorld, type World } from './support/world.js';

const account = `worker@${bobProject}.iam.gserviceaccount.com`;
let world: World;
beforeAll(async () => {
  world = await startWorld();
  world.cloud.core.principals.named(account);
});
afterAll(() => world.cloud.stop());

const body = { privateKeyType: 'TYPE_GOOGLE_CREDENTIALS_FILE', keyAlgorithm: 'KEY_ALG_RSA_2048' };

async function create(options: { project?: string; account?: string; body?: unknown; token?: string } = {}) {
  const { accessToken } = world.cloud.core.principals.issueToken(world.bob);
  const path = `/v1/projects/${options.project ?? bobProject}/serviceAccounts/${options.account ?? account}/keys`;
  const response = await fetch(`${world.cloud.endpointsFor(world.bob).iam}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${options.token ?? accessToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(options.body ?? body),
  });
  return { status: response.status, json: (await response.json()) as Record<string, string> };
}

it('gives a key file whose key signs, under the name that Google gives keys', async () => {
  const { status, json } = await create();
  expect(status).toBe(200);
  expect(json['name']).toMatch(new RegExp(`^projects/${bobProject}/serviceAccounts/${account}/keys/[0-9a-f]{40}$`));
  const file = JSON.parse(Buffer.from(json['privateKeyData'] ?? '', 'base64').toString()) as Record<string, string>;
  const key = file['private_key'] ?? '';
  const signature = createSign('sha256').update('x').sign(key);
  expect(createVerify('sha256').update('x').verify(createPublicKey(key), signature)).toBe(true);
  expect(json['name']).toContain(file['private_key_id']);
});

it.each<[string, Parameters<typeof create>[0], number]>([
  ['no token', { token: 'none' }, 401],
  ['a project in which the caller has no rights', { account: 'worker@elsewhere.iam.gserviceaccount.com' }, 403],
  ['another project than that of the account', { project: 'elsewhere' }, 400],
  ['an account that is not there', { account: `nobody@${bobProject}.iam.gserviceaccount.com` }, 404],
  ['a member that the API does not know', { body: { ...body, description: 'x' } }, 400],
  ['an unknown algorithm', { body: { ...body, keyAlgorithm: 'KEY_ALG_RSA_4096' } }, 400],
])('refuses %s', async (_name, options, status) => {
  const before = world.cloud.stores.accountKeys.of(account).length;
  expect((await create(options)).status).toBe(status);
  expect(world.cloud.stores.accountKeys.of(account)).toHaveLength(before);
});
