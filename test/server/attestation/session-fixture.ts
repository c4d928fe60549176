import { randomBytes } from 'node:crypto';
import type { SessionOpening } from '../../../src/server/attestation/session.js';

/** Opened at 1000 seconds, over at 1420. */
export const openingOf = (overrides: Partial<SessionOpening> = {}): SessionOpening => ({
  id: randomBytes(32),
  instanceId: '1',
  akName: Buffer.from('name'),
  ekPublic: Buffer.from('ek'),
  akPublic: Buffer.from('ak'),
  releaseKey: Buffer.from('release'),
  certificateSha256: 'aa',
  openedAtSeconds: 1000,
  expiresAtSeconds: 1420,
  ...overrides,
});

export const quote = {
  attestation: Buffer.from('q'),
  signature: Buffer.from('s'),
  bareRsa: false,
  expectedExtraData: Buffer.from('x'),
  takenAtSeconds: 1000,
};

export const boot = { resetCount: 2, restartCount: 1 };
