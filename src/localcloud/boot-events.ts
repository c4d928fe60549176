import type { BootMeasurements } from './machine.js';

/** One thing measured at boot: which PCR, and the bytes that are hashed into it in every bank. */
export interface BootEvent {
  readonly pcr: number;
  readonly data: Buffer;
}

const firmwareVersion = 'GCE Virtual Firmware v2';
const technologyBytes = { none: 0, SEV: 1, TDX: 3, SEV_SNP: 4 } as const;
const separator = Buffer.alloc(4);

/**
 * What GCE's firmware and the boot loader of Container-Optimized OS measure, in order. PCR 0 is exact: version string in
 * UTF-16LE with its NUL, confidential technology, separator. PCRs 1 to 9 and 14 stand for boot path, partition table, Secure
 * Boot variables, kernel command line and kernel: their values here depend on image and Secure Boot alone, as the real
 * ones do, but are made up. Metadata, scripts and containers are measured nowhere.
 * @see https://cloud.google.com/compute/shielded-vm/docs/integrity-monitoring
 */
export function bootEvents(boot: BootMeasurements): readonly BootEvent[] {
  const image = boot.imageName ?? 'a disk that no image made';
  const technology = Buffer.alloc(16);
  technology.writeUInt8(technologyBytes[boot.technology ?? 'none']);
  return [
    { pcr: 0, data: Buffer.from(`${firmwareVersion}\0`, 'utf16le') },
    { pcr: 0, data: Buffer.concat([Buffer.from('GCE NonHostInfo\0', 'latin1'), technology]) },
    { pcr: 7, data: Buffer.from(`SecureBoot ${boot.secureBoot ? '1' : '0'}`) },
    ...[0, 1, 2, 3, 4, 5, 6, 7].map((pcr) => ({ pcr, data: separator })),
    { pcr: 4, data: Buffer.from(`boot loader and kernel of ${image}`) },
    { pcr: 5, data: Buffer.from(`partition table of ${image}`) },
    { pcr: 8, data: Buffer.from(`kernel command line of ${image}`) },
    { pcr: 9, data: Buffer.from(`boot loader configuration and kernel of ${image}`) },
    { pcr: 14, data: Buffer.from('machine owner keys: none') },
  ];
}
