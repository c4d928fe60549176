import { Secret } from '../../src/base/index.js';
import { loadTlsMaterial, type SecretReader } from '../../src/client/tls-material.js';
import { makeChain, type ChainFiles } from '../support/chain.js';

let chain: ChainFiles;
beforeAll(() => {
  chain = makeChain();
});
afterAll(() => chain.remove());

const names = {
  'projects/634665912513/secrets/tls-ca': 'tls-ca.crt',
  'projects/634665912513/secrets/tls_crt/versions/3': 'tokenclient.crt',
  'projects/634665912513/secrets/tls_key': 'tokenclient.key',
};

test('reads the three from the Secret Manager under exactly the names given', async () => {
  const asked: string[] = [];
  const reader: SecretReader = {
    access: (name) => {
      asked.push(name);
      return Promise.resolve({ value: new Secret(chain.read(names[name as keyof typeof names])), version: '1' });
    },
  };
  const [caChain, certificate, key] = Object.keys(names) as [string, string, string];
  const material = await loadTlsMaterial({ secretManager: true, caChain, client: { certificate, key } }, reader, new Date());
  expect(asked).toEqual(Object.keys(names));
  expect(material.ca).toEqual(chain.read('tls-ca.crt'));
  expect(material.client?.certificate).toEqual(chain.read('tokenclient.crt'));
  expect(material.client?.key.equals(chain.read('tokenclient.key'))).toBe(true);
});

test('files: the Secret Manager is not asked', async () => {
  const reader: SecretReader = { access: () => Promise.reject(new Error('was asked')) };
  const sources = { secretManager: false, caChain: chain.path('tls-ca.crt'), client: undefined };
  expect(await loadTlsMaterial(sources, reader, new Date())).toEqual({ ca: chain.read('tls-ca.crt'), client: undefined });
});
