import { AppError } from '../base/index.js';
import { decodePublic, ekEccTemplate, ekRsaTemplate, encodePublic, explainMismatch, Handle, type PublicArea } from '../tpm/index.js';
import { createPrimary, readPublic, type ReadPublicResult } from './commands/object.js';
import { policySecret, startPolicySession } from './commands/session.js';
import { thenFlush } from './flush.js';
import { policyAuth, type Authorization } from './packet.js';
import { failedWith, Rc } from './return-code.js';
import type { Tpm } from './tpm.js';

export type EkKind = 'rsa' | 'ecc';

/** The endorsement key while it is usable. */
export interface EndorsementKey {
  readonly handle: number;
  /** TPMT_PUBLIC. */
  readonly publicArea: Buffer;
  readonly name: Buffer;
}

/** Templates of the TCG EK Credential Profile and the handles where the TCG registry puts their keys. */
const kinds: Readonly<Record<EkKind, { readonly template: PublicArea; readonly persistentHandle: number }>> = {
  rsa: { template: ekRsaTemplate, persistentHandle: 0x81010001 },
  ecc: { template: ekEccTemplate, persistentHandle: 0x81010002 },
};

/**
 * Uses the EK: the persistent one if it is there and made from the TCG template, else one created from the template and
 * flushed afterwards. What sits at the handle but was made otherwise is left alone.
 */
export async function withEk<T>(tpm: Tpm, kind: EkKind, use: (ek: EndorsementKey) => Promise<T>): Promise<T> {
  const { template, persistentHandle } = kinds[kind];
  const found = await readPersistent(tpm, persistentHandle);
  if (found !== undefined && isMadeFrom(template, found.publicArea)) return use({ handle: persistentHandle, ...found });
  const created = await createPrimary(tpm, Handle.ENDORSEMENT, encodePublic(template));
  return thenFlush(tpm, created.handle, () => use(created));
}

/**
 * As withEk, with the right to use it: `authorize` runs TPM2_PolicySecret with the empty endorsement password in a session
 * that is flushed afterwards. Call it before each command that uses the EK: a use resets the session.
 */
export function withEkAuthorization<T>(
  tpm: Tpm,
  kind: EkKind,
  use: (ek: EndorsementKey, authorize: () => Promise<Authorization>) => Promise<T>,
): Promise<T> {
  return withEk(tpm, kind, async (ek) => {
    const session = await startPolicySession(tpm);
    return thenFlush(tpm, session, () =>
      use(ek, async () => {
        await policySecret(tpm, session, Handle.ENDORSEMENT);
        return policyAuth(session);
      }),
    );
  });
}

/** The public area (TPMT_PUBLIC) of the EK. */
export const ekPublicArea = (tpm: Tpm, kind: EkKind): Promise<Buffer> => withEk(tpm, kind, (ek) => Promise.resolve(ek.publicArea));

/**
 * For which EK was a seed encrypted? RSA-2048: 256 bytes. P-256: two sized coordinates, 68 bytes or less.
 * @throws AppError BYTES_MALFORMED for any other length.
 */
export function ekKindOf(encryptedSeed: Buffer): EkKind {
  if (encryptedSeed.length === 256) return 'rsa';
  if (encryptedSeed.length > 4 && encryptedSeed.length <= 68) return 'ecc';
  throw new AppError('BYTES_MALFORMED', `encryptedSeed: ${encryptedSeed.length} bytes fit neither an rsa-2048 nor a p-256 ek`);
}

async function readPersistent(tpm: Tpm, handle: number): Promise<ReadPublicResult | undefined> {
  try {
    return await readPublic(tpm, handle);
  } catch (error) {
    if (failedWith(error, Rc.handle)) return undefined;
    throw error;
  }
}

function isMadeFrom(template: PublicArea, publicArea: Buffer): boolean {
  try {
    return explainMismatch(template, decodePublic(publicArea)).length === 0;
  } catch {
    return false;
  }
}
