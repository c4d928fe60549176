import { KeyManagementServiceClient } from '@google-cloud/kms';
import { credentials } from '@grpc/grpc-js';
import { OAuth2Client } from 'google-auth-library';
import { bobProject, startWorld, type World } from './support/world.js';

let world: World;
let client: KeyManagementServiceClient;
let name: string;
beforeAll(async () => {
  world = await startWorld();
  name = world.cloud.stores.keys.addVersion(bobProject, 'global', 'ring', 'key');
  const [apiEndpoint = '', port] = world.cloud.endpointsFor(world.bob).kms.split(':');
  client = new KeyManagementServiceClient({
    apiEndpoint,
    port: Number(port),
    sslCreds: credentials.createInsecure(),
    authClient: new OAuth2Client(),
  });
});
afterAll(async () => {
  await client.close();
  await world.cloud.stop();
});

const as = (who = world.bob) => ({
  otherArgs: { headers: { authorization: `Bearer ${world.cloud.core.principals.issueToken(who).accessToken}` } },
});
const plaintext = Buffer.from('123456789');
const aad = Buffer.from('policy');
const checksum = { value: String(0xe3069283) };
const encrypt = async (): Promise<Buffer> => {
  const [answer] = await client.encrypt({ name, plaintext, additionalAuthenticatedData: aad }, as());
  return Buffer.from(answer.ciphertext as Uint8Array);
};

it("encrypts for Google's client and tells that it saw the checksum (e3069283, RFC 3720 B.4)", async () => {
  const [answer] = await client.encrypt({ name, plaintext, plaintextCrc32c: checksum }, as());
  expect([answer.name, answer.verifiedPlaintextCrc32c, answer.verifiedAdditionalAuthenticatedDataCrc32c]).toEqual([
    `${name}/cryptoKeyVersions/1`,
    true,
    false,
  ]);
});

it('decrypts with the same associated data, and sends the checksum of the plaintext', async () => {
  const [answer] = await client.decrypt({ name, ciphertext: await encrypt(), additionalAuthenticatedData: aad }, as());
  expect(Buffer.from(answer.plaintext as Uint8Array)).toEqual(plaintext);
  expect(answer.plaintextCrc32c).toEqual(checksum);
});

it('answers INVALID_ARGUMENT to other associated data, a changed ciphertext, a wrong checksum and too many bytes', async () => {
  const ciphertext = await encrypt();
  const changed = Buffer.from(ciphertext.map((byte, i) => (i === 20 ? byte ^ 1 : byte)));
  const wrong = { value: '1' };
  const refused = [
    () => client.decrypt({ name, ciphertext, additionalAuthenticatedData: Buffer.from('other') }, as()),
    () => client.decrypt({ name, ciphertext }, as()),
    () => client.decrypt({ name, ciphertext: changed, additionalAuthenticatedData: aad }, as()),
    () => client.decrypt({ name, ciphertext, ciphertextCrc32c: wrong, additionalAuthenticatedData: aad }, as()),
    () => client.encrypt({ name, plaintext, plaintextCrc32c: wrong }, as()),
    () => client.encrypt({ name, plaintext, additionalAuthenticatedDataCrc32c: wrong }, as()),
    () => client.encrypt({ name, plaintext: Buffer.alloc(65_537) }, as()),
    () => client.encrypt({ name: `${name}/surprise`, plaintext }, as()),
  ];
  for (const call of refused) await expect(call()).rejects.toMatchObject({ code: 3 });
});

it('answers NOT_FOUND to a key that is not there and PERMISSION_DENIED without the right', async () => {
  await expect(client.encrypt({ name: `${name}2`, plaintext }, as())).rejects.toMatchObject({ code: 5 });
  await expect(client.encrypt({ name, plaintext }, as(world.alice))).rejects.toMatchObject({ code: 7 });
});
