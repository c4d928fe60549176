// For Stryker: which code it leaves alone. A check's question, remedy and list of what it compares with are for people and
// docs/checks.md; nothing computes with them, and test/rules/checks.test.ts asks of every check that they are there and right.
const words = new Set(['question', 'remedy', 'comparesWith']);

const isWords = ({ node }) => node.type === 'ObjectProperty' && !node.shorthand && words.has(node.key.name);

export const strykerPlugins = [
  { kind: 'Ignore', name: 'words', value: { shouldIgnore: (path) => (isWords(path) ? 'words for people' : undefined) } },
];
