import { AppError } from '../../base/index.js';
import type { QuoteFacts } from '../../appraisal/index.js';
import type { StateValue } from '../../gcp/index.js';
import type { BootCounters, SessionOpening } from './session.js';

// Sessions as stored documents. Every document carries `expiresAt`, for a TTL policy of Firestore and for our own look at it.

type Quote = Omit<QuoteFacts, 'firstBoot'>;

export const dateOf = (seconds: number): Date => new Date(seconds * 1000);

export const openingFields = (opening: SessionOpening): StateValue => ({
  id: opening.id,
  instanceId: opening.instanceId,
  akName: opening.akName,
  ekPublic: opening.ekPublic,
  akPublic: opening.akPublic,
  releaseKey: opening.releaseKey ?? Buffer.alloc(0),
  certificateSha256: opening.certificateSha256 ?? '',
  openedAtSeconds: opening.openedAtSeconds,
  expiresAt: dateOf(opening.expiresAtSeconds),
});

/** @throws AppError RECORD_MALFORMED */
export function readOpening(value: StateValue): SessionOpening {
  const releaseKey = bytesIn(value, 'releaseKey');
  const certificate = textIn(value, 'certificateSha256');
  return {
    id: bytesIn(value, 'id'),
    instanceId: textIn(value, 'instanceId'),
    akName: bytesIn(value, 'akName'),
    ekPublic: bytesIn(value, 'ekPublic'),
    akPublic: bytesIn(value, 'akPublic'),
    releaseKey: releaseKey.length === 0 ? undefined : releaseKey,
    certificateSha256: certificate === '' ? undefined : certificate,
    openedAtSeconds: numberIn(value, 'openedAtSeconds'),
    expiresAtSeconds: instantIn(value, 'expiresAt').getTime() / 1000,
  };
}

export const quoteFields = (quote: Quote, boot: BootCounters, expiresAtSeconds: number): StateValue => ({
  attestation: quote.attestation,
  signature: quote.signature,
  bareRsa: quote.bareRsa,
  expectedExtraData: quote.expectedExtraData,
  takenAtSeconds: quote.takenAtSeconds,
  resetCount: boot.resetCount,
  restartCount: boot.restartCount,
  expiresAt: dateOf(expiresAtSeconds),
});

/** @throws AppError RECORD_MALFORMED */
export const readQuote = (value: StateValue): { readonly quote: Quote; readonly boot: BootCounters } => ({
  quote: {
    attestation: bytesIn(value, 'attestation'),
    signature: bytesIn(value, 'signature'),
    bareRsa: value['bareRsa'] === true,
    expectedExtraData: bytesIn(value, 'expectedExtraData'),
    takenAtSeconds: numberIn(value, 'takenAtSeconds'),
  },
  boot: { resetCount: numberIn(value, 'resetCount'), restartCount: numberIn(value, 'restartCount') },
});

/** @throws AppError RECORD_MALFORMED */
export function bytesIn(value: StateValue, field: string): Buffer {
  const found = value[field];
  if (!(found instanceof Uint8Array)) throw malformed(field);
  return Buffer.from(found);
}

/** @throws AppError RECORD_MALFORMED */
export function textIn(value: StateValue, field: string): string {
  const found = value[field];
  if (typeof found !== 'string') throw malformed(field);
  return found;
}

/** @throws AppError RECORD_MALFORMED */
export function numberIn(value: StateValue, field: string): number {
  const found = value[field];
  if (typeof found !== 'number') throw malformed(field);
  return found;
}

/** @throws AppError RECORD_MALFORMED */
export function instantIn(value: StateValue, field: string): Date {
  const found = value[field];
  if (!(found instanceof Date)) throw malformed(field);
  return found;
}

const malformed = (field: string): AppError => new AppError('RECORD_MALFORMED', `stored session: ${field} is missing or of another type`);
