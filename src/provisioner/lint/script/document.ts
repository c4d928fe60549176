import { isMap, isPair, isScalar, parseAllDocuments, visit, type Document } from 'yaml';
import { fail, type ReviewFinding } from '../../finding.js';

export interface WrittenFile {
  readonly path: string;
  readonly content: string;
}

/** What a cloud-config makes the guest do. */
export interface CloudConfig {
  readonly files: readonly WrittenFile[];
  /** Run at each boot, early. */
  readonly bootcmd: readonly string[];
  /** Run at the first boot, late. */
  readonly runcmd: readonly string[];
}

/** Keys of cloud-init that only write files, run commands, or name things. Others fetch, install, or let people in. */
const knownKeys = new Set(['write_files', 'bootcmd', 'runcmd', 'hostname', 'timezone', 'final_message']);
const knownFileKeys = new Set(['path', 'content', 'permissions', 'owner', 'append']);

const anew = 'have the VM made with one cloud-config that refers to nothing outside';

/**
 * Reads the script as YAML 1.1, as cloud-init does. Whatever makes a person read another text than cloud-init (several documents,
 * anchors, tags, merge keys, encodings) is a FAIL.
 * @see https://docs.cloud-init.io/en/latest/explanation/format.html
 */
export function readCloudConfig(script: string): { readonly findings: readonly ReviewFinding[]; readonly config: CloudConfig | undefined } {
  const findings = [...firstLine(script), ...otherFormats(script)];
  const documents = parseAllDocuments(script, { version: '1.1', uniqueKeys: true, strict: true, prettyErrors: true });
  const [document, second] = Array.isArray(documents) ? documents : [];
  if (document === undefined) return { findings: [...findings, unreadable('it is empty')], config: undefined };
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) return { findings: [...findings, unreadable(problem.message.split('\n')[0] ?? '')], config: undefined };
  if (second !== undefined) findings.push(fail('script-one-document', 'the script holds more than one document', anew, true));
  findings.push(...indirections(document));
  if (!isMap(document.contents)) return { findings: [...findings, unreadable('it is no map of keys')], config: undefined };
  const content = document.toJS() as Readonly<Record<string, unknown>>;
  findings.push(...unknownKeys(content));
  const files = listOf(content['write_files']).map(readFile);
  findings.push(...files.flatMap((file) => file.findings));
  const commands = (key: string): readonly string[] => listOf(content[key]).map(commandText);
  return {
    findings,
    config: { files: files.flatMap(({ file }) => file ?? []), bootcmd: commands('bootcmd'), runcmd: commands('runcmd') },
  };
}

const unreadable = (why: string): ReviewFinding =>
  fail('script-yaml', `the script cannot be read as a cloud-config: ${why}`, 'have the VM made with one that can', true);

function firstLine(script: string): ReviewFinding[] {
  const [line = ''] = script.split('\n');
  if (line === '#cloud-config') return [];
  const what = `the first line is "${line.slice(0, 60)}", not "#cloud-config"`;
  const remedy = 'cloud-init reads anything else as another format; have the VM made with a plain cloud-config';
  return [fail('script-first-line', what, remedy, true)];
}

/** Lines by which cloud-init takes a text for several documents, a list of addresses, a template, or a message of parts. */
function otherFormats(script: string): readonly ReviewFinding[] {
  const index = script
    .split('\n')
    .findIndex((line) =>
      /^(?:---|\.\.\.)(?:\s|$)|^#(?:include|part-handler|cloud-boothook|upstart-job)|^## template:|^%|^Content-Type:|^MIME-Version:/i.test(
        line,
      ),
    );
  if (index === -1) return [];
  return [fail('script-one-document', `line ${index + 1} begins another document, an include or a template`, anew, true)];
}

/** Anchors, aliases, tags and merge keys: what is read is not what stands there. */
function indirections(document: Document): readonly ReviewFinding[] {
  let found: string | undefined;
  visit(document, {
    Alias: () => void (found ??= 'an alias'),
    Node: (_key, node) => {
      if (node.anchor !== undefined) found ??= 'an anchor';
      if (node.tag !== undefined && !node.tag.startsWith('tag:yaml.org,2002:')) found ??= 'a tag';
    },
    Pair: (_key, pair) => {
      if (isPair(pair) && isScalar(pair.key) && pair.key.value === '<<') found ??= 'a merge key';
    },
  });
  if (found === undefined) return [];
  return [fail('script-one-document', `the script uses ${found}: what is read is not what stands there`, anew, true)];
}

function unknownKeys(content: Readonly<Record<string, unknown>>): readonly ReviewFinding[] {
  const unknown = Object.keys(content).filter((key) => !knownKeys.has(key));
  if (unknown.length === 0) return [];
  const what = `top-level keys not known here: ${unknown.join(', ')}`;
  return [fail('script-keys', what, 'look up what cloud-init does with them; some fetch from outside, some let people in', true)];
}

const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];

const commandText = (command: unknown): string => (Array.isArray(command) ? command.map(String).join(' ') : String(command));

function readFile(entry: unknown): { readonly file: WrittenFile | undefined; readonly findings: readonly ReviewFinding[] } {
  const file = typeof entry === 'object' && entry !== null ? (entry as Readonly<Record<string, unknown>>) : {};
  const { path, content } = { path: file['path'], content: file['content'] };
  const unknown = Object.keys(file).filter((key) => !knownFileKeys.has(key));
  if (typeof path !== 'string' || (content !== undefined && typeof content !== 'string') || unknown.length > 0) {
    const what = `an entry of write_files ${unknown.length > 0 ? `has ${unknown.join(', ')}` : 'has no path, or no text'}: what it writes is not what stands there`;
    return { file: undefined, findings: [fail('script-files', what, 'have the VM made with plain path and content', true)] };
  }
  return { file: { path, content: content ?? '' }, findings: [] };
}
