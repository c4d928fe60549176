import { akEccTemplate, akRsaTemplate, decodePublic, encodePublic, Handle, type PcrSelection, type PublicArea } from '../tpm/index.js';
import * as commands from './commands/index.js';
import { ekKindOf, withEkAuthorization } from './ek.js';
import { passwordAuth } from './packet.js';
import { failedWith, Rc } from './return-code.js';
import type { Tpm } from './tpm.js';

export type AkKind = 'rsa' | 'ecc';

/** Where a Google Compute Engine VM has the template of its attestation key in NV (a bare TPMT_PUBLIC), and what is used elsewhere. */
const kinds: Readonly<Record<AkKind, { readonly gceTemplateIndex: number; readonly template: PublicArea }>> = {
  rsa: { gceTemplateIndex: 0x01c10001, template: akRsaTemplate },
  ecc: { gceTemplateIndex: 0x01c10003, template: akEccTemplate },
};

/** A loaded attestation key. It takes one of three object slots until it is closed. */
export interface AttestationKey {
  readonly handle: number;
  /** TPMT_PUBLIC. */
  readonly publicArea: Buffer;
  readonly name: Buffer;
  /** `gce-template`: the key that Google's API names for this VM, the same each time. `under-ek`: a new key, known to nobody yet. */
  readonly origin: 'gce-template' | 'under-ek';
  /** Flushes it. May be called more than once. */
  close(): Promise<void>;
}

/**
 * Loads an attestation key: the one of the template in NV where there is one (used byte for byte), else a new one under the
 * RSA EK, which is the one that a record names. It does not judge the key: a verifier does.
 */
export async function openAk(tpm: Tpm, kind: AkKind = 'rsa'): Promise<AttestationKey> {
  const { gceTemplateIndex, template } = kinds[kind];
  const found = await readGceTemplate(tpm, gceTemplateIndex);
  return found === undefined ? createUnderEk(tpm, encodePublic(template)) : createFromTemplate(tpm, found);
}

async function createFromTemplate(tpm: Tpm, template: Buffer): Promise<AttestationKey> {
  const { handle, publicArea, name } = await commands.createPrimary(tpm, Handle.ENDORSEMENT, template);
  return { handle, publicArea, name, origin: 'gce-template', close: flushOnce(tpm, handle) };
}

async function createUnderEk(tpm: Tpm, template: Buffer): Promise<AttestationKey> {
  return withEkAuthorization(tpm, 'rsa', async (ek, authorize) => {
    const { privateArea, publicArea } = await commands.create(tpm, ek.handle, await authorize(), template);
    const { handle, name } = await commands.load(tpm, ek.handle, await authorize(), privateArea, publicArea);
    return { handle, publicArea, name, origin: 'under-ek', close: flushOnce(tpm, handle) };
  });
}

/** @returns undefined where there is no such index: not a VM of Google. @throws AppError BYTES_MALFORMED when it holds no template. */
async function readGceTemplate(tpm: Tpm, index: number): Promise<Buffer | undefined> {
  try {
    const template = await commands.nvRead(tpm, index);
    decodePublic(template);
    return template;
  } catch (error) {
    if (failedWith(error, Rc.handle)) return undefined;
    throw error;
  }
}

function flushOnce(tpm: Tpm, handle: number): () => Promise<void> {
  let flushed: Promise<void> | undefined;
  return () => (flushed ??= commands.flushContext(tpm.forCleanup, handle));
}

/**
 * Opens a credential made for the EK of this TPM and the name of this AK. The contents of both TPM2Bs, without their outer
 * lengths. @throws AppError TPM_COMMAND_FAILED (Rc.integrity, Rc.failure) when it was made for another EK or AK.
 */
export async function activateCredential(
  tpm: Tpm,
  ak: Pick<AttestationKey, 'handle'>,
  credentialBlob: Buffer,
  encryptedSecret: Buffer,
): Promise<Buffer> {
  const kind = ekKindOf(encryptedSecret);
  return withEkAuthorization(tpm, kind, async (ek, authorize) => {
    const akUse = { handle: ak.handle, auth: passwordAuth() };
    const ekUse = { handle: ek.handle, auth: await authorize() };
    return commands.activateCredential(tpm, akUse, ekUse, { credentialBlob, encryptedSecret });
  });
}

/** TPM2_Quote over the selected registers as they are now. `qualifyingData` (a nonce or hash, at most 66 bytes) comes back signed as extraData. */
export const quote = (
  tpm: Tpm,
  ak: Pick<AttestationKey, 'handle'>,
  qualifyingData: Uint8Array,
  selections: readonly PcrSelection[],
): Promise<commands.Attested> => commands.quote(tpm, ak.handle, qualifyingData, selections);
