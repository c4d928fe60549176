import type { ServerConfig } from './config.js';

/** A flag that is allowed and weakens something. */
export interface WeakSetting {
  readonly event: string;
  readonly fields: Readonly<Record<string, string | number>>;
}

/** Half of the default: audit entries of seconds ago are the ones that matter. */
const shortSettleSeconds = 60;
/** A token that somebody copied is good for so long: ten times the default. */
const longTokenAgeSeconds = 300;
/** Clocks that NTP keeps differ by milliseconds. */
const largeSkewSeconds = 60;

/** What Alice should know that she chose, for the log at the start. In the order of the flags' table; empty for the defaults. */
export function weakSettings({ useTpm, policy }: Pick<ServerConfig, 'useTpm' | 'policy'>): readonly WeakSetting[] {
  const { validatePeerAddress, validatePeerCertificate, settleSeconds, maxTokenAgeSeconds, clockSkewSeconds } = policy;
  const found: (WeakSetting | undefined)[] = [
    weak(!useTpm, 'config.no-attestation', { flag: '--useTPM=false', means: 'no attested record is released' }),
    weak(!validatePeerAddress, 'config.peer-address-not-compared', { flag: '--validatePeerIP=false' }),
    weak(!validatePeerCertificate, 'config.peer-certificate-not-compared', { flag: '--validatePeerSN=false' }),
    weak(maxTokenAgeSeconds > longTokenAgeSeconds, 'config.old-tokens-accepted', {
      flag: '--jwtIssuedAtJitter',
      seconds: maxTokenAgeSeconds,
      means: 'an identity token that was copied is good for so long',
    }),
    weak(settleSeconds < shortSettleSeconds, 'config.short-settling', {
      flag: '--settleSeconds',
      seconds: settleSeconds,
      means: 'a change just before a release may have its audit entry only after it',
    }),
    weak(clockSkewSeconds > largeSkewSeconds, 'config.large-clock-skew', {
      flag: '--clockSkewSeconds',
      seconds: clockSkewSeconds,
      means: 'tokens and quotes count longer by as much: keep the clock by NTP instead',
    }),
  ];
  return found.filter((setting) => setting !== undefined);
}

const weak = (isWeak: boolean, event: string, fields: WeakSetting['fields']): WeakSetting | undefined =>
  isWeak ? { event, fields } : undefined;
