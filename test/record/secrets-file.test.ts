import { isAppError } from '../../src/base/index.js';
import { parseSecretsFile, secretLimits, type SecretValidators } from '../../src/record/index.js';

const valid: SecretValidators = { tink: () => undefined, tpm: () => undefined };
const parse = (document: unknown, validators = valid): ReturnType<typeof parseSecretsFile> =>
  parseSecretsFile('secrets.json', JSON.stringify(document), validators);
const problemsOf = (act: () => unknown): string[] => {
  try {
    act();
  } catch (error) {
    if (isAppError(error, 'RECORD_MALFORMED')) return error.message.split('\n');
    throw error;
  }
  return [];
};
const entry = (overrides: object = {}): object => ({ name: 'secret1', type: 'RAW', data: 'Zm9vYmFy', ...overrides });

describe('parseSecretsFile', () => {
  // The first example of the article; Zm9vb2Jhcg== is "fooobar".
  it('reads the secrets of the article', () => {
    const [first, second] = parse([
      { name: 'secret1', type: 'RAW', data: 'Zm9vb2Jhcg==' },
      {
        name: 'secret2',
        type: 'TINK',
        data: 'CLnwmtYGEmQKWAowdHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUuY3J5cHRvLnRpbmsuQWVzR2NtS2V5EiIaIA7TocwCm37/3vReEGSRsoSp+a0KAq+KYEKqKH5dVqC4GAEQARi58JrWBiAB',
      },
    ]);
    expect([first!.name, first!.type, first!.data.expose().toString()]).toEqual(['secret1', 'RAW', 'fooobar']);
    expect([second!.type, second!.data.expose().length]).toEqual(['TINK', 108]);
  });

  it.each([
    [[{ name: 'a', type: 'RAW' }], 'secret 1 ("a"): data is missing or no text'],
    [[entry({ data: 'Zm9vYmFy\n' })], 'secret 1 ("secret1"): data is not base64 with padding and without line breaks'],
    [[entry({ data: 'Zm8' })], 'secret 1 ("secret1"): data is not base64 with padding and without line breaks'],
    [[entry({ data: 'Zm9=' })], 'secret 1 ("secret1"): data is not base64 with padding and without line breaks'],
    [[entry({ data: '' })], 'secret 1 ("secret1"): data is empty'],
    [[entry({ type: 'AES' })], 'secret 1 ("secret1"): type is RAW, TPM or TINK'],
    [[entry({ name: 'a b' })], 'secret 1 ("a b"): name is 1 to 128 letters, digits, _ . or -'],
    [[entry({ kind: 'x' })], 'secret 1 ("secret1"): unknown member "kind"'],
    [[entry({ name: '\u001b[31mred' })], 'secret 1 ("?[31mred"): name is 1 to 128 letters, digits, _ . or -'],
    [['text'], 'secret 1: is an object with name, type and data'],
    [[entry(), entry()], 'two secrets have the name "secret1"'],
    [[], 'secrets.json holds no secret'],
    [{}, 'secrets.json is a JSON array of {"name", "type", "data"}'],
  ])('refuses %j', (document, problem) => expect(problemsOf(() => parse(document))).toEqual([problem]));

  it('names every wrong entry at once', () => {
    expect(problemsOf(() => parse([entry({ data: '?' }), entry({ name: 'ok' }), entry({ name: 'b', type: 'x' })]))).toEqual([
      'secret 1 ("secret1"): data is not base64 with padding and without line breaks',
      'secret 3 ("b"): type is RAW, TPM or TINK',
    ]);
  });

  it('asks the judges of TINK and TPM data, and only those', () => {
    const judges = { tink: () => 'is no keyset', tpm: () => 'is no import blob' };
    const document = [entry({ name: 'r' }), entry({ name: 'k', type: 'TINK' }), entry({ name: 't', type: 'TPM' })];
    expect(problemsOf(() => parse(document, judges))).toEqual(['secret 2 ("k"): is no keyset', 'secret 3 ("t"): is no import blob']);
  });

  it('holds to its limits of number and size, and to nothing less', () => {
    const data = (size: number): string => Buffer.alloc(size, 1).toString('base64');
    const many = (count: number, size: number): object[] =>
      Array.from({ length: count }, (_, i) => entry({ name: `s${i}`, data: data(size) }));
    expect(parse(many(64, 1))).toHaveLength(64);
    expect(problemsOf(() => parse(many(65, 1)))).toEqual(['secrets.json holds 65 secrets; at most 64 fit']);
    expect(parse(many(3, secretLimits.bytesEach))).toHaveLength(3);
    expect(problemsOf(() => parse(many(1, secretLimits.bytesEach + 1)))).toEqual([
      'secret 1 ("s0"): data has 262145 bytes; at most 262144 are allowed',
    ]);
    expect(problemsOf(() => parse([...many(3, secretLimits.bytesEach), entry({ name: 'one', data: data(1) })]))).toEqual([
      'secrets.json: the secrets have 786433 bytes together; at most 786432 fit',
    ]);
  });

  it('never quotes a value: not of an entry, and not around a JSON mistake', () => {
    const canary = 'canarycanarycanary';
    const broken = `[{"name":"a","type":"RAW",\n"data":"${canary}",}]`;
    expect(problemsOf(() => parseSecretsFile('secrets.json', broken, valid))).toEqual(['secrets.json is not JSON (line 2)']);
    const texts = [
      problemsOf(() => parse([entry({ data: `${canary}!` })])),
      problemsOf(() => parse([entry({ type: 7, data: canary })])),
      problemsOf(() => parseSecretsFile('secrets.json', canary, valid)),
    ];
    expect(JSON.stringify(texts)).not.toContain('canary');
  });
});
