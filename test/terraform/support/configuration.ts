import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

// Its types draw in those of a browser, which contradict Node's.
const { parse } = require('@cdktn/hcl2json') as { parse: (file: string, text: string) => Promise<unknown> };

/** One block of a *.tf file: `resource "type" "name" { body }`, `variable "name" { body }`, ... */
export interface Block {
  /** Path below terraform/. */
  readonly file: string;
  readonly kind: string;
  /** Type of a resource or data source, provider of a provider block; else empty. */
  readonly type: string;
  readonly name: string;
  readonly body: Body;
}
export type Body = Readonly<Record<string, unknown>>;

const root = join(__dirname, '../../../terraform');

function filesOf(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return ['test-support', '.terraform'].includes(entry.name) ? [] : filesOf(join(folder, entry.name));
    return entry.name.endsWith('.tf') ? [join(folder, entry.name)] : [];
  });
}

/** Every block of terraform/, without the folder for tests. */
export async function readConfiguration(): Promise<readonly Block[]> {
  const files = await Promise.all(filesOf(root).map((file) => readText(readFileSync(file, 'utf8'), relative(root, file))));
  return files.flat();
}

/** The blocks of one text. */
export async function readText(text: string, file: string): Promise<readonly Block[]> {
  const content = (await parse(file, text)) as Readonly<Record<string, unknown>>;
  return Object.entries(content).flatMap(([kind, value]) => {
    if (kind === 'resource' || kind === 'data')
      return Object.entries(value as Body).flatMap(([type, named]) =>
        Object.entries(named as Body).flatMap(([name, bodies]) => bodiesOf(bodies).map((body) => ({ file, kind, type, name, body }))),
      );
    if (kind === 'terraform' || kind === 'locals') return bodiesOf(value).map((body) => ({ file, kind, type: '', name: '', body }));
    return Object.entries(value as Body).flatMap(([name, bodies]) =>
      bodiesOf(bodies).map((body) => ({ file, kind, type: '', name, body })),
    );
  });
}

const bodiesOf = (value: unknown): readonly Body[] => value as readonly Body[];

/** The nested blocks of a name, those of `dynamic` among them. */
export function blocksIn(body: Body, name: string): readonly Body[] {
  const written = (body[name] ?? []) as readonly Body[];
  const dynamic = ((body['dynamic'] as Body | undefined)?.[name] ?? []) as readonly Body[];
  return [...written, ...dynamic.flatMap(({ content }) => content as readonly Body[])];
}
