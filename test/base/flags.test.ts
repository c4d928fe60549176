import fc from 'fast-check';
import { parseFlags, type FlagSpec } from '../../src/base/index.js';

const specs: readonly FlagSpec[] = [
  { name: 'address', kind: 'string', doc: 'host:port' },
  { name: 'useTPM', kind: 'boolean', doc: 'use it' },
  { name: 'pollWaitSeconds', kind: 'number', doc: 'seconds' },
  { name: 'tlsServerPin', kind: 'string', doc: 'pin', repeated: true },
  { name: 'sniServerName', kind: 'string', doc: 'name', aliases: ['servername'] },
  { name: 'useALTS', kind: 'boolean', doc: 'ALTS', refused: 'ALTS is not there: use --useMTLS' },
];

const given = (...args: readonly string[]): Record<string, readonly string[]> => Object.fromEntries(parseFlags(specs, args).given);

describe("Go's flag rules", () => {
  it('one dash and two mean the same, = and a space too', () => {
    for (const args of [['-address', 'a:1'], ['--address', 'a:1'], ['-address=a:1'], ['--address=a:1']]) {
      expect(given(...args)).toEqual({ address: ['a:1'] });
    }
  });

  it('a boolean never takes the next word', () => {
    const { given: flags, rest } = parseFlags(specs, ['--useTPM', 'false']);
    expect([Object.fromEntries(flags), rest]).toEqual([{ useTPM: ['true'] }, ['false']]);
    expect(given('--useTPM=false')).toEqual({ useTPM: ['false'] });
  });

  it('a value may begin with a dash or be empty, and may hold =', () => {
    expect(given('--address', '-x')).toEqual({ address: ['-x'] });
    expect(given('--address=')).toEqual({ address: [''] });
    expect(given('--address=a=b')).toEqual({ address: ['a=b'] });
  });

  it('-- and the first plain word end the flags', () => {
    expect(parseFlags(specs, ['--useTPM', '--', '--address', 'x']).rest).toEqual(['--address', 'x']);
    expect(parseFlags(specs, ['run', '--useTPM']).rest).toEqual(['run', '--useTPM']);
  });

  it('an alias lands under the canonical name', () => {
    expect(given('--servername', 'x')).toEqual({ sniServerName: ['x'] });
  });

  it('repeats only what may be repeated', () => {
    expect(given('--tlsServerPin=a', '--tlsServerPin=b')).toEqual({ tlsServerPin: ['a', 'b'] });
    expect(() => given('--address=a', '--address=b')).toThrow('--address is given twice');
    expect(() => given('--sniServerName=a', '--servername=b')).toThrow('--servername is given twice');
  });

  it.each([
    [['--adress', 'x'], 'unknown flag --adress (did you mean --address?)'],
    [['--zzzzzzzzzz'], 'unknown flag --zzzzzzzzzz; --help'],
    [['--address'], '--address needs a value'],
    [['--useTPM=maybe'], '--useTPM is true or false, not "maybe"'],
    [['--pollWaitSeconds=ten'], '--pollWaitSeconds is a whole number, not "ten"'],
    [['--pollWaitSeconds=-1'], '--pollWaitSeconds is a whole number, not "-1"'],
    [['--useALTS'], '--useALTS: ALTS is not there: use --useMTLS'],
  ])('%j is refused: %s', (args, message) => {
    expect(() => parseFlags(specs, args)).toThrow(message);
  });

  it('says every problem at once', () => {
    expect(() => parseFlags(specs, ['--nope', '--useTPM=x', '--address=ok', '--pollWaitSeconds=x'])).toThrow(
      /unknown flag --nope.*\n--useTPM.*\n--pollWaitSeconds/,
    );
  });

  it('reads back what any spelling of any values says', () => {
    const value = fc.string();
    const spelling = fc.record({ dashes: fc.constantFrom('-', '--'), joined: fc.boolean() });
    fc.assert(
      fc.property(fc.array(fc.tuple(value, spelling)), value, spelling, fc.array(fc.string()), (pins, address, addressSpelling, rest) => {
        const spell = (name: string, text: string, { dashes, joined }: { dashes: string; joined: boolean }): readonly string[] =>
          joined ? [`${dashes}${name}=${text}`] : [`${dashes}${name}`, text];
        const args = [
          ...pins.flatMap(([pin, how]) => spell('tlsServerPin', pin, how)),
          ...spell('address', address, addressSpelling),
          '--',
          ...rest,
        ];
        const parsed = parseFlags(specs, args);
        expect(parsed.given.get('tlsServerPin') ?? []).toEqual(pins.map(([pin]) => pin));
        expect(parsed.given.get('address')).toEqual([address]);
        expect(parsed.rest).toEqual(rest);
      }),
    );
  });

  it('any words at all either parse or give CONFIG_INVALID', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.constantFrom('--', '-', '--=', '--useTPM', '--address', '-servername=x'))), (args) => {
        try {
          parseFlags(specs, args);
        } catch (error) {
          expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
        }
      }),
    );
  });
});
