import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startFarSide, valueOf, zone, type FarSide } from './support/far-side.js';

// What Google's answer may lack: a web server that gives the JSON of a test in the place of Compute.
let far: FarSide;
let server: Server;
let answer: unknown;
let url: string;
beforeAll(async () => {
  far = await startFarSide();
  server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}, 30_000);
afterAll(async () => {
  await far.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const read = async (json: unknown, computeClient: boolean) => {
  answer = json;
  const local = far.world.endpointsFor(far.alice);
  const cloud = far.open({ endpoints: { ...local, compute: url }, computeClient });
  return cloud.compute.shieldedIdentity('bob', zone, '1');
};

const rsa = { signingKey: { ekPub: 'ak' }, encryptionKey: { ekPub: 'ek', ekCert: 'certificate' } };

describe.each([
  ['by a plain request', false],
  ["through Google's client", true],
])('the keys of a vTPM as Google names them, %s', (_how, computeClient) => {
  it('of both algorithms, each in its place', async () => {
    const both = { ...rsa, eccP256SigningKey: { ekPub: 'ecc ak', ekCert: 'ecc' }, eccP256EncryptionKey: { ekPub: 'ecc ek' } };
    expect(valueOf(await read(both, computeClient))).toEqual({
      ekPublicPem: 'ek',
      ekCertificatePem: 'certificate',
      akPublicPem: 'ak',
      akCertificatePem: '',
      ecc: { ekPublicPem: 'ecc ek', ekCertificatePem: '', akPublicPem: 'ecc ak', akCertificatePem: 'ecc' },
    });
  });

  it('without the ECC twins, there are none', async () => {
    expect(valueOf(await read(rsa, computeClient))).not.toHaveProperty('ecc');
  });

  it('with one twin, the other is not made up', async () => {
    expect(valueOf(await read({ ...rsa, eccP256SigningKey: { ekPub: 'ecc ak' } }, computeClient)).ecc).toMatchObject({
      ekPublicPem: '',
      akPublicPem: 'ecc ak',
    });
  });

  it.each([
    ['no RSA endorsement key', { signingKey: rsa.signingKey }],
    ['an empty one', { ...rsa, encryptionKey: { ekPub: '' } }],
    ['an ECC entry without its key', { ...rsa, eccP256EncryptionKey: { ekCert: 'certificate' } }],
    ['an ECC entry with an empty key', { ...rsa, eccP256SigningKey: { ekPub: '' } }],
  ])('%s: the answer is of no use', async (_name, json) => {
    await expect(read(json, computeClient)).rejects.toMatchObject({ code: 'CLOUD_UNAVAILABLE' });
  });
});
