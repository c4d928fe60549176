import { readConfig } from '../../src/server/config.js';
import { weakSettings } from '../../src/server/weak-settings.js';

const eventsOf = (...flags: string[]): readonly string[] => {
  const files = ['--useMTLS', '--tlsCert=a.crt', '--tlsKey=a.key', '--tlsCertChain=ca.crt'];
  const config = readConfig([...files, '--tsAudience=https://tokenserver', '--firestoreProjectId=ts-project', ...flags], {});
  return weakSettings(config).map(({ event }) => event);
};

test('the defaults give no warning', () => {
  expect(eventsOf()).toEqual([]);
});

test.each([
  ['--useTPM=false', 'config.no-attestation'],
  ['--validatePeerIP=false', 'config.peer-address-not-compared'],
  ['--validatePeerSN=false', 'config.peer-certificate-not-compared'],
  ['--jwtIssuedAtJitter=301', 'config.old-tokens-accepted'],
  ['--settleSeconds=0', 'config.short-settling'],
  ['--settleSeconds=59', 'config.short-settling'],
  ['--clockSkewSeconds=61', 'config.large-clock-skew'],
])('%s is warned of', (flag, event) => {
  expect(eventsOf(flag)).toEqual([event]);
});

test.each(['--jwtIssuedAtJitter=300', '--settleSeconds=60', '--clockSkewSeconds=60'])('%s is not', (flag) => {
  expect(eventsOf(flag)).toEqual([]);
});
