import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { decode } = require('../../terraform/test-support/msgpack.cjs') as { decode: (bytes: Uint8Array) => unknown };
const { readProviders } = require('../../terraform/test-support/schema.cjs') as {
  readProviders: (folder?: string) => ReadonlyMap<string, Provider>;
};

interface Block {
  readonly attributes: readonly { readonly name: string; readonly type: Buffer; readonly [kind: string]: unknown }[];
  readonly blockTypes: readonly { readonly typeName: string; readonly block: Block; readonly [limit: string]: unknown }[];
}
interface Provider {
  readonly schema: { readonly resourceSchemas: Readonly<Record<string, { readonly block: Block }>> };
}

describe('MessagePack of a configuration', () => {
  // Bytes by the format's own description: a type in the first byte, then length and data.
  it.each<[string, unknown]>([
    ['c0', null],
    ['c2', false],
    ['c3', true],
    ['07', 7],
    ['e0', -32],
    ['ccff', 255],
    ['cd0100', 256],
    ['cf0000000100000000', 4294967296],
    ['d3ffffffffffffffff', -1],
    ['cb3ff8000000000000', 1.5],
    ['a3616263', 'abc'],
    [`d920${'61'.repeat(32)}`, 'a'.repeat(32)],
    [`da0100${'61'.repeat(256)}`, 'a'.repeat(256)],
    ['93010203', [1, 2, 3]],
    [`dc0010${'c3'.repeat(16)}`, Array<boolean>(16).fill(true)],
    ['82a16101a162c0', { a: 1, b: null }],
  ])('%s', (hex, value) => {
    expect(decode(Buffer.from(hex, 'hex'))).toEqual(value);
  });

  it.each(['d40000', 'd5000000', 'c703000102ff', 'c8000100ff'])('what is not known before apply is read past: %s', (hex) => {
    expect(decode(Buffer.from(`92${hex}01`, 'hex'))).toEqual([undefined, 1]);
  });

  it.each(['', 'a361', '9301', 'c1', '0101', 'd9'])('bytes that are no value are an error: "%s"', (hex) => {
    expect(() => decode(Buffer.from(hex, 'hex'))).toThrow(/cut off|no type|bytes are left/);
  });
});

describe('the notation of schemas', () => {
  let folder: string;
  const read = (text: string): Block => {
    mkdirSync(join(folder, 'x'), { recursive: true });
    writeFileSync(join(folder, 'x', 'x.yaml'), text);
    return readProviders(folder).get('registry.terraform.io/hashicorp/x')!.schema.resourceSchemas['x_thing']!.block;
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'schemas-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('says for each attribute whether it must, may or cannot be given', () => {
    const { attributes } = read(
      'resources:\n  x_thing:\n    string!: must\n    number: may\n    bool?: filled\n    string=: known\n    string@: written\n    map(string): m*\n',
    );
    const said = attributes.map(({ name, type, ...kind }) => [
      name,
      type.toString(),
      Object.keys(kind).filter((key) => kind[key] === true),
    ]);
    expect(said).toEqual([
      ['must', '"string"', ['required']],
      ['may', '"number"', ['optional']],
      ['filled', '"bool"', ['optional', 'computed']],
      ['known', '"string"', ['computed']],
      ['written', '"string"', ['optional', 'writeOnly']],
      ['m', '["map","string"]', ['sensitive', 'optional']],
      ['id', '"string"', ['optional', 'computed']],
    ]);
  });

  it('says how often a block may stand there, and whether in order', () => {
    const { blockTypes } = read('resources:\n  x_thing:\n    one [1..1]:\n      string: a\n    many {0..*}:\n      string: a\n');
    expect(blockTypes).toEqual([
      expect.objectContaining({ typeName: 'one', nesting: 'LIST', minItems: 1, maxItems: 1 }),
      expect.objectContaining({ typeName: 'many', nesting: 'SET', minItems: 0, maxItems: 0 }),
      expect.objectContaining({ typeName: 'timeouts', nesting: 'SINGLE' }),
    ]);
  });

  it.each(['text: a', 'string%: a', 'list(list): a', 'map: a'])('refuses what it does not know: %s', (line) => {
    expect(() => read(`resources:\n  x_thing:\n    ${line}\n`)).toThrow(/not a type/);
  });
});

describe('the schemas', () => {
  const google = readProviders().get('registry.terraform.io/hashicorp/google')!.schema.resourceSchemas;

  it('hold no attribute twice', () => {
    const twice = (block: Block): readonly string[] => {
      const names = [...block.attributes.map(({ name }) => name), ...block.blockTypes.map(({ typeName }) => typeName)];
      return [...names.filter((name, i) => names.indexOf(name) !== i), ...block.blockTypes.flatMap((inner) => twice(inner.block))];
    };
    expect(Object.entries(google).flatMap(([type, { block }]) => twice(block).map((name) => `${type}.${name}`))).toEqual([]);
  });

  it('have no resource that takes a right away from others, and none that Google has switched off', () => {
    expect(Object.keys(google).filter((type) => /_iam_(?:binding|policy)$|container_registry|app_engine/.test(type))).toEqual([]);
  });
});
