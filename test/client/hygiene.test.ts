import { checkHygiene } from '../../src/client/hygiene.js';

const limits = (core: string): string => `Limit                     Soft Limit           Hard Limit           Units     
Max file size             unlimited            unlimited            bytes     
Max core file size        ${core.padEnd(20)} unlimited            bytes     
Max resident set          unlimited            unlimited            bytes     
`;
const swaps = (...devices: readonly string[]): string =>
  ['Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority', ...devices.map((name) => `${name}\t\tpartition\t1000\t0\t-2`), ''].join('\n');

const find = (files: Readonly<Record<string, string>>): readonly string[] => checkHygiene((path) => files[path]).map(({ what }) => what);

test.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
  ['a closed machine', { '/proc/self/limits': limits('0'), '/proc/swaps': swaps(), '/proc/sys/kernel/core_pattern': 'core\n' }, []],
  ['core dumps without limit', { '/proc/self/limits': limits('unlimited') }, ['core-dumps']],
  ['core dumps of some bytes', { '/proc/self/limits': limits('4096') }, ['core-dumps']],
  [
    'core dumps to a program, whatever the limit',
    { '/proc/self/limits': limits('0'), '/proc/sys/kernel/core_pattern': '|/bin/x %P\n' },
    ['core-pipe'],
  ],
  ['a swap partition', { '/proc/swaps': swaps('/dev/sda2') }, ['swap']],
  ['compressed swap in memory', { '/proc/swaps': swaps('/dev/zram0') }, []],
  ['a swap file beside it', { '/proc/swaps': swaps('/dev/zram0', '/swapfile') }, ['swap']],
  ['nothing to read', {}, []],
])('%s', (_, files, expected) => {
  expect(find(files)).toEqual(expected);
});
