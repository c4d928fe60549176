import { dangerousEnvironment, FlagReader, helpText, type FlagSpec } from '../../src/base/index.js';

const specs: readonly FlagSpec[] = [
  { name: 'tsAudience', kind: 'string', doc: 'audience that tokens must carry' },
  { name: 'collection', kind: 'string', doc: 'collection', default: 'foo' },
  { name: 'settleSeconds', kind: 'number', doc: 'seconds', default: 120 },
  { name: 'validatePeerIP', kind: 'boolean', doc: 'compare', default: true },
  { name: 'useMTLS', kind: 'boolean', doc: 'mTLS' },
  { name: 'useALTS', kind: 'boolean', doc: 'ALTS' },
];

describe('FlagReader', () => {
  it('gives values, then defaults, then nothing', () => {
    const reader = new FlagReader(specs, ['--settleSeconds=2', '--validatePeerIP=false']);
    expect([reader.number('settleSeconds'), reader.flag('validatePeerIP'), reader.text('collection'), reader.text('tsAudience')]).toEqual([
      2,
      false,
      'foo',
      undefined,
    ]);
    expect(reader.isGiven('collection')).toBe(false);
    expect(reader.flag('useMTLS')).toBe(false);
  });

  it('an empty value is no value', () => {
    expect(() => {
      const reader = new FlagReader(specs, ['--tsAudience=']);
      reader.requiredText('tsAudience');
      reader.finish();
    }).toThrow('--tsAudience is missing: audience that tokens must carry');
  });

  it('collects problems until finish', () => {
    const reader = new FlagReader(specs, ['--useMTLS', '--useALTS']);
    reader.requiredText('tsAudience');
    reader.forbidTogether('useMTLS', 'useALTS', 'one transport at a time');
    expect(() => {
      reader.finish();
    }).toThrow(
      '--tsAudience is missing: audience that tokens must carry\n--useMTLS and --useALTS exclude each other: one transport at a time',
    );
  });

  it('a flag that the table lacks is our mistake', () => {
    expect(() => new FlagReader(specs, []).text('nope')).toThrow('flag nope is not in the table');
    expect(() => new FlagReader(specs, []).numberOrDefault('tsAudience')).toThrow('has no default');
  });
});

describe('dangerousEnvironment', () => {
  it.each([
    'FIRESTORE_EMULATOR_HOST',
    'GCE_METADATA_HOST',
    'GCE_METADATA_IP',
    'NODE_TLS_REJECT_UNAUTHORIZED',
    'NODE_EXTRA_CA_CERTS',
    'NODE_OPTIONS',
    'SSLKEYLOGFILE',
  ])('names %s', (name) => {
    expect(dangerousEnvironment({ [name]: '1', PATH: '/bin' })).toEqual([name]);
  });

  it('is silent where nothing is set', () => {
    expect(dangerousEnvironment({ PATH: '/bin', NODE_OPTIONS: '' })).toEqual([]);
  });
});

describe('helpText', () => {
  it('shows every flag with its default and fits 80 columns', () => {
    const text = helpText(['tokenserver [flags]'], specs);
    for (const { name } of specs) expect(text).toContain(`--${name}`);
    expect(text).toContain('(default: 120)');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});
