// Reads the schemas of schemas/*/*.yaml. A provider is a folder; its files hold `resources`, `data` and `provider`:
//
//   google_compute_firewall:
//     string!: name network          required attributes of type string
//     number: priority               optional
//     string?: project               optional, and known after apply where it is not given
//     string=: self_link             known after apply only
//     string@: secret_wo             optional, written and never stored
//     string: shared_secret*         a star after the name: sensitive
//     set(string): source_ranges     types: string, number, bool, list(...), set(...), map(...)
//     direction in: INGRESS EGRESS   the values that the attribute may have
//     allow {0..*}:                  a block, any number of times, as a set; [0..1] at most once, [1..*] as a list, at least once
//       string!: protocol
//
// Each resource and data source has `id` and may have `timeouts` besides.
const { readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { parse } = require('yaml');

const kinds = {
  '': { optional: true },
  '!': { required: true },
  '?': { optional: true, computed: true },
  '=': { computed: true },
  '@': { optional: true, writeOnly: true },
};

// Two quotation marks stand for the empty value.
const words = (value) =>
  String(value)
    .split(/\s+/)
    .map((word) => (word === '""' ? '' : word));

/** The providers that schemas/ describes, as `registry.terraform.io/hashicorp/NAME` -> answer to GetProviderSchema and allowed values. */
function readProviders(folder = join(__dirname, 'schemas')) {
  return new Map(readdirSync(folder).map((name) => [`registry.terraform.io/hashicorp/${name}`, readProvider(join(folder, name))]));
}

function readProvider(folder) {
  const files = readdirSync(folder).map((file) => parse(readFileSync(join(folder, file), 'utf8')));
  const merged = (key) => Object.assign({}, ...files.map((file) => file[key]));
  const [resources, data] = [readAll(merged('resources'), withId), readAll(merged('data'), withId)];
  return {
    schema: {
      provider: { block: readBlock(merged('provider')).block },
      resourceSchemas: mapped(resources, ({ block }) => ({ block })),
      dataSourceSchemas: mapped(data, ({ block }) => ({ block })),
    },
    resources,
    data,
  };
}

const mapped = (object, change) => Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));

const readAll = (types, change) => mapped(types, (notation) => change(readBlock(notation)));

const timeouts = { typeName: 'timeouts', nesting: 'SINGLE', block: readBlock({ string: 'create read update delete' }).block };

const withId = ({ block, allowed }) => ({
  block: {
    attributes: [...block.attributes, { name: 'id', type: typeOf('string'), ...kinds['?'] }],
    blockTypes: [...block.blockTypes, timeouts],
  },
  allowed,
});

/** One block: its schema, and the values its attributes may have (`allowed`: attribute -> values; block -> the same of that block). */
function readBlock(notation) {
  const block = { attributes: [], blockTypes: [] };
  const allowed = {};
  for (const [key, value] of Object.entries(notation)) {
    const [, name, open, min, max] = /^(\w+) ([[{])(\d+)\.\.(\d+|\*)[\]}]$/.exec(key) ?? [];
    const [, restricted] = /^(\w+) in$/.exec(key) ?? [];
    if (restricted !== undefined) {
      allowed[restricted] = words(value);
    } else if (name !== undefined) {
      const inner = readBlock(value);
      allowed[name] = inner.allowed;
      const nesting = open === '[' ? 'LIST' : 'SET';
      block.blockTypes.push({
        typeName: name,
        nesting,
        minItems: Number(min),
        maxItems: max === '*' ? 0 : Number(max),
        block: inner.block,
      });
    } else {
      block.attributes.push(...readAttributes(key, words(value)));
    }
  }
  return { block, allowed };
}

function readAttributes(key, names) {
  const [, type, mark] = /^([a-z()]+)([!?=@]?)$/.exec(key) ?? [];
  if (type === undefined) throw new Error(`not a type of attributes: ${key}`);
  return names.map((name) => ({ name: name.replace('*', ''), type: typeOf(type), sensitive: name.endsWith('*'), ...kinds[mark] }));
}

function typeOf(text) {
  const [, outer, inner] = /^(list|set|map)\((\w+)\)$/.exec(text) ?? [];
  const isKnown = (type) => ['string', 'number', 'bool'].includes(type);
  if (!isKnown(inner ?? text)) throw new Error(`not a type: ${text}`);
  return Buffer.from(JSON.stringify(outer === undefined ? text : [outer, inner]));
}

module.exports = { readProviders };
