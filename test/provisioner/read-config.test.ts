import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../src/provisioner/read-config.js';

const now = new Date('2026-01-01T00:00:00Z');
const zeros = '0'.repeat(64);
const target = ['--clientProjectId', 'p', '--clientVMZone', 'z', '--clientVMId', '1'];
const base = ['--fireStoreProjectId', 'ts', ...target, '--secretsFile', 's.json', '--attestationPCRValue', zeros];
const read = (...more: string[]): ReturnType<typeof readConfig> => readConfig([...base, ...more], now);

describe('readConfig', () => {
  it('names every missing flag at once', () => {
    expect(() => readConfig([], now)).toThrow(
      /--fireStoreProjectId is missing.*\n.*--clientProjectId is missing.*\n.*--clientVMZone is missing.*\n.*--clientVMId is missing.*\n.*--secretsFile is missing.*\n.*--attestationPCRValue is missing/s,
    );
  });

  it('knows the spelling firestoreProjectId too', () => {
    expect(readConfig(['--firestoreProjectId=ts', ...base.slice(2)], now)).toMatchObject({ firestoreProject: 'ts' });
  });

  it.each([
    [['--peerSerialNumber', '0x27'], '--peerSerialNumber is a decimal number'],
    [['--peerSerialNumber', '1F'], '--peerSerialNumber is a decimal number'],
    [['--peerAddress', '300.0.0.1'], '--peerAddress is an IP address'],
    [['--peerCertificateSha256', 'abc'], '--peerCertificateSha256 is 64'],
    [['--releasePolicy', 'trusting'], '--releasePolicy is one of attested, identity, observe'],
    [['--bootPolicy', 'same_boot'], '--resetCount is missing'],
    [['--restartPolicy', 'maybe'], '--restartPolicy is one of refuse, allow'],
    [['--maxReleases', '0'], '--maxReleases is a number'],
    [['--notAfter', '2020-01-01T00:00:00Z'], '--notAfter 2020-01-01T00:00:00Z is past'],
    [['--notAfter', 'tomorrow'], '--notAfter is 12h, 30d'],
    [['--notAfter', '5000d'], 'ten years'],
    [['--useTPM=false'], '--useTPM=false and --releasePolicy attested exclude each other'],
    [['--useTPM', '--releasePolicy', 'identity'], '--useTPM and --releasePolicy identity exclude each other'],
    [['--pcrPolicy', '/nonexistent'], '--pcrPolicy: cannot read /nonexistent'],
    [['--yes'], '--maxReleases is missing'],
    [['--autoAccept'], '--maxReleases is missing'],
    [['--secretsKeyset', 'k', '--acceptClearSecrets'], '--secretsKeyset and --acceptClearSecrets exclude each other'],
    [['--trustedBootImage', 'cos-stable'], '--trustedBootImage'],
    [['--trustedImage', 'img:latest'], '--trustedImage'],
    [['--clientProjectNumber', 'p'], '--clientProjectNumber'],
    [['--payloadCommand', './start --port 1'], '--payloadCommand is a JSON array of strings'],
    [['extra'], '"extra" is not expected'],
    [['--secretFile', 'x'], 'did you mean --secretsFile'],
  ])('refuses %j', (more, message) => expect(() => read(...more)).toThrow(message));

  it('refuses a PCR value and a PCR policy together', () => {
    const directory = mkdtempSync(join(tmpdir(), 'pcrs-'));
    const file = join(directory, 'policy.json');
    try {
      writeFileSync(file, JSON.stringify({ sha256: { 0: [zeros], 4: [zeros] } }));
      expect(() => read('--pcrPolicy', file)).toThrow('--attestationPCRValue and --pcrPolicy exclude each other');
      const alone = [...base.slice(0, -2), '--pcrPolicy', file];
      expect(readConfig(alone, now)).toMatchObject({ pcrPolicy: { sha256: { 0: [zeros], 4: [zeros] } } });
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('takes addresses in normal form, and fingerprints with or without colons', () => {
    const sha256 = 'ab'.repeat(32);
    expect(read('--peerAddress', '::ffff:10.0.0.2')).toMatchObject({ peerAddress: '10.0.0.2' });
    expect(read('--peerAddress', 'any')).toMatchObject({ peerAddress: 'any' });
    expect(read('--peerCertificateSha256', sha256.toUpperCase().replace(/(..)(?=.)/g, '$1:'))).toMatchObject({
      peerCertificateSha256: [sha256],
    });
  });

  it('lets an approval end 30 days ahead unless told otherwise', () => {
    expect(read()).toMatchObject({ notAfter: new Date('2026-01-31T00:00:00Z') });
    expect(read('--notAfter', '12h')).toMatchObject({ notAfter: new Date('2026-01-01T12:00:00Z') });
    expect(read('--notAfter', '2026-02-01T00:00:00+01:00')).toMatchObject({ notAfter: new Date('2026-01-31T23:00:00Z') });
  });

  it('needs no PCR value for identity and observe', () => {
    const withoutPcr = base.slice(0, -2);
    expect(readConfig([...withoutPcr, '--releasePolicy', 'identity'], now)).toMatchObject({ releasePolicy: 'identity' });
    expect(readConfig([...withoutPcr, '--releasePolicy', 'observe'], now)).toMatchObject({ releasePolicy: 'observe' });
  });

  it('seals to one value for each PCR of one bank', () => {
    const seal = (values: string): ReturnType<typeof readConfig> => readConfig(['seal', ...target, '--pcrValues', values], now);
    expect(seal(`0=${zeros},7=${zeros}`)).toMatchObject({ pcrs: { bank: 'sha256', values: new Map([[0, Buffer.alloc(32)], [7, Buffer.alloc(32)]]) } }); // prettier-ignore
    expect(() => seal(`0=${zeros},0=${'1'.repeat(64)}`)).toThrow('two values for PCR 0');
    expect(() => seal(`0=${zeros},1=${'1'.repeat(96)}`)).toThrow('mixes banks');
    expect(() => readConfig(['seal', ...target, '--encryptToTPM='], now)).toThrow('nothing to seal');
  });

  it('reads the commands about approvals', () => {
    const store = ['--fireStoreProjectId', 'ts', '--clientVMId', '7'];
    expect(readConfig(['revoke', ...store, '--why', 'gone'], now)).toMatchObject({ command: 'revoke', instanceId: '7', why: 'gone' });
    expect(() => readConfig(['revoke', ...store], now)).toThrow('--why is missing');
    expect(() => readConfig(['show', '--fireStoreProjectId', 'ts', '--clientVMId', 'name'], now)).toThrow('numeric instance id');
    expect(() => readConfig(['aprove'], now)).toThrow('"aprove" is no command');
    expect(readConfig(['--help'], now)).toEqual({ command: 'help' });
  });
});
