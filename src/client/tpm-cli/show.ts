import { hex, sha256, type FlagReader } from '../../base/index.js';
import { decodePublic, publicKeyOf, spkiDerOf, type PcrBank } from '../../tpm/index.js';
import { readPcrs, withEk, type EkKind, type Tpm } from '../../tpm-device/index.js';

/** What a command found: for people, and for programs. */
export interface Shown {
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

const dynamicLaunch = 'dynamic launch (DRTM): unused on cloud VMs';

/** What each register measures (TCG PC Client Platform Firmware Profile, section 3.3.4; 8 to 15 by convention of Linux boot loaders). */
const measures: Readonly<Record<number, string>> = {
  0: 'firmware code',
  1: 'firmware configuration',
  2: 'option ROM code',
  3: 'option ROM configuration',
  4: 'boot loader code',
  5: 'partition table and boot configuration',
  6: 'host platform, resume events',
  7: 'Secure Boot: state, keys and what they admitted',
  8: 'boot loader: commands and kernel command line',
  9: 'boot loader: files, kernel and initrd',
  10: 'files measured by the kernel (IMA)',
  11: 'unified kernel image',
  12: 'kernel command line of a unified image',
  13: 'system extensions',
  14: 'keys of shim (MOK)',
  15: 'system identity',
  16: 'debug: anyone may reset it',
  17: dynamicLaunch,
  18: dynamicLaunch,
  19: dynamicLaunch,
  20: dynamicLaunch,
  21: dynamicLaunch,
  22: dynamicLaunch,
  23: 'application: anyone may reset it',
};

/** `tokenclient tpm pcrs`: every register of a bank with what it measures. */
export async function showPcrs(tpm: Tpm, flags: FlagReader): Promise<Shown> {
  const bank = bankOf(flags);
  const values = await readPcrs(
    tpm,
    bank,
    Array.from({ length: 24 }, (_, index) => index),
  );
  const rows = [...values].map(([index, value]) => ({ index, value: hex(value), measures: measures[index] ?? '' }));
  const text = rows.map((row) => `${String(row.index).padStart(2)}  ${row.value}  ${row.measures}`.trimEnd()).join('\n');
  return { json: { bank, pcrs: rows }, text: `${bank}\n${text}` };
}

/** `tokenclient tpm ek`: the public key that identifies this TPM. Compare its fingerprint with the one in Alice's review. */
export async function showEk(tpm: Tpm, flags: FlagReader): Promise<Shown> {
  const kind = kindOf(flags);
  const ek = await withEk(tpm, kind, (found) => Promise.resolve(found));
  const publicArea = decodePublic(ek.publicArea);
  const name = hex(ek.name);
  const pem = publicKeyOf(publicArea).export({ type: 'spki', format: 'pem' }).toString();
  const fingerprint = hex(sha256(spkiDerOf(publicArea)));
  return { json: { kind, name, spkiSha256: fingerprint, pem }, text: `name        ${name}\nspki sha256 ${fingerprint}\n${pem.trimEnd()}` };
}

/** The bank that --bank names; a wrong one is a problem of the command line. */
export function bankOf(flags: FlagReader): PcrBank {
  const name = flags.text('bank');
  const bank = (['sha1', 'sha256', 'sha384', 'sha512'] as const).find((known) => known === name);
  if (bank === undefined) flags.problem(`--bank is sha1, sha256, sha384 or sha512, not "${name ?? ''}"`);
  flags.finish();
  return bank ?? 'sha256';
}

/** The kind of key that --kind names; a wrong one is a problem of the command line. */
export function kindOf(flags: FlagReader): EkKind {
  const name = flags.text('kind');
  if (name !== 'rsa' && name !== 'ecc') flags.problem(`--kind is rsa or ecc, not "${name ?? ''}"`);
  flags.finish();
  return name === 'ecc' ? 'ecc' : 'rsa';
}
