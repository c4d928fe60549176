import { commands, type Tpm } from '../../tpm-device/index.js';
import type { Shown } from './show.js';

/** What lies where on the machines of Google Compute Engine and by the TCG registry of reserved handles. */
const knownHandles: Readonly<Record<number, string>> = {
  0x01c00002: 'EK certificate, RSA',
  0x01c0000a: 'EK certificate, ECC',
  0x01c10000: 'attestation key certificate, RSA',
  0x01c10001: 'attestation key template, RSA',
  0x01c10002: 'attestation key certificate, ECC',
  0x01c10003: 'attestation key template, ECC',
  0x81000001: 'SRK, RSA',
  0x81000002: 'SRK, ECC',
  0x81010001: 'EK, RSA',
  0x81010002: 'EK, ECC',
};

/** `tokenclient tpm info`: who made it, what it has and can, what is stored in it. */
export async function showInfo(tpm: Tpm): Promise<Shown> {
  const property = async (name: keyof typeof commands.Property): Promise<number> =>
    (await commands.getProperty(tpm, commands.Property[name])) ?? 0;
  const versions = [await property('firmwareVersion1'), await property('firmwareVersion2')];
  const json = {
    manufacturer: asciiOf(await property('manufacturer')),
    firmware: versions.flatMap((value) => [value >>> 16, value & 0xffff]).join('.'),
    banks: await commands.getPcrBanks(tpm),
    nvBufferBytes: await property('nvBufferMax'),
    failedAuthorizations: await property('lockoutCounter'),
    failedAuthorizationsAllowed: await property('maxAuthFail'),
    lockoutRecoverySeconds: await property('lockoutInterval'),
    persistent: (await commands.getHandles(tpm, 'persistent')).map(stored),
    nvIndices: (await commands.getHandles(tpm, 'nvIndex')).map(stored),
  };
  const { persistent, nvIndices, ...properties } = json;
  const width = 30;
  const lines = Object.entries(properties).map(
    ([name, value]) => `${name.padEnd(width)}${Array.isArray(value) ? value.join(' ') : String(value)}`,
  );
  const lists = Object.entries({ persistent, nvIndices }).map(
    ([name, list]) => `${name.padEnd(width)}${list.map(describeStored).join(`\n${' '.repeat(width)}`) || 'none'}`,
  );
  return { json, text: [...lines, ...lists].join('\n') };
}

interface Stored {
  readonly handle: string;
  readonly holds: string;
}

const stored = (handle: number): Stored => ({ handle: `0x${handle.toString(16).padStart(8, '0')}`, holds: knownHandles[handle] ?? '' });

const describeStored = ({ handle, holds }: Stored): string => `${handle}  ${holds}`.trimEnd();

/** Four characters in one property; some makers pad with NUL. */
function asciiOf(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes
    .toString('latin1')
    .replace(/[^\x20-\x7e]/g, '')
    .trim();
}
