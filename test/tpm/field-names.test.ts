import { specimens } from './support/specimens.js';

// Who debugs a client has only the message: each field that is cut off must be named, by the names of TPM 2.0 Part 2
// (of go-tpm-tools' proto for the import blob), in the order of the wire.
const common = ['type', 'nameAlg', 'attributes', 'authPolicy'];
const head = ['magic', 'type', 'qualifiedSigner', 'extraData', 'clock', 'resetCount', 'restartCount', 'safe', 'firmwareVersion'];
const selection = (n: number): readonly string[] => ['hash', 'sizeofSelect', 'pcrSelect'].map((field) => `pcrSelection/${n}/${field}`);
const aes = ['symmetric', 'symmetric/keyBits', 'symmetric/mode'];

const fields: Readonly<Record<string, readonly [root: string, names: readonly string[]]>> = {
  'RSA attestation key': ['public', [...common, 'symmetric', 'scheme', 'scheme/hash', 'keyBits', 'exponent', 'modulus']],
  'RSA endorsement key': ['public', [...common, ...aes, 'scheme', 'keyBits', 'exponent', 'modulus']],
  'ECC attestation key': ['public', [...common, 'symmetric', 'scheme', 'scheme/hash', 'curve', 'kdf', 'x', 'y']],
  'ECC endorsement key': ['public', [...common, ...aes, 'scheme', 'curve', 'kdf', 'x', 'y']],
  'sealed data': ['public', [...common, 'scheme', 'unique']],
  'HMAC key': ['public', [...common, 'scheme', 'scheme/hash', 'unique']],
  quote: ['attest', [...head, 'pcrSelection/count', ...selection(0), 'pcrDigest']],
  'quote over two banks': ['attest', [...head, 'pcrSelection/count', ...selection(0), ...selection(1), 'pcrDigest']],
  certification: ['attest', [...head, 'name', 'qualifiedName']],
  creation: ['attest', [...head, 'objectName', 'creationHash']],
  'RSASSA signature': ['signature', ['alg', 'hash', 'signature']],
  'RSAPSS signature': ['signature', ['alg', 'hash', 'signature']],
  'ECDSA signature': ['signature', ['alg', 'hash', 'r', 's']],
  'PCR selections': ['pcrSelections', ['pcrSelection/count', ...selection(0), ...selection(1)]],
};

function problemOf(decode: () => unknown): string {
  try {
    decode();
    return 'decoded';
  } catch (error) {
    return (error as Error).message;
  }
}

it.each(Object.entries(fields))('%s: every cut names the field that it cuts', (name, [root, names]) => {
  const { bytes, decode } = specimens.find((specimen) => specimen.name === name)!;
  const cuts = Array.from(bytes, (_, length) => problemOf(() => decode(bytes.subarray(0, length))));
  expect(cuts.filter((problem) => !/: needs \d+ bytes, \d+ are left$/.test(problem))).toEqual([]);
  const named = cuts.map((problem) => problem.slice(0, problem.indexOf(':')));
  expect(named.filter((field, i) => field !== named[i - 1])).toEqual(names.map((field) => `${root}/${field}`));
});
