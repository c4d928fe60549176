import { readFile } from 'node:fs/promises';
import { AppError, base64, fromBase64, fromHex, hex, messageOf, Secret, type FlagReader } from '../../base/index.js';
import { decodeAttest, decodeImportBlob, decodePublic, describeSelections, publicKeyOf } from '../../tpm/index.js';
import { openAk, quote, signWithAk, unsealImportBlob, type AkKind, type AttestationKey, type Tpm } from '../../tpm-device/index.js';
import { writeSecretFiles } from '../secret-files.js';
import { bankOf, kindOf, type Shown } from './show.js';

/** `tokenclient tpm quote`: TPMS_ATTEST and TPMT_SIGNATURE over registers as they are, with the key that signed. */
export async function makeQuote(tpm: Tpm, flags: FlagReader): Promise<Shown> {
  const bank = bankOf(flags);
  const kind = kindOf(flags);
  const words = (flags.text('pcrs') ?? '').split(',');
  const indices = words.map(Number);
  if (words.some((word) => !/^(?:[0-9]|1[0-9]|2[0-3])$/.test(word))) flags.problem('--pcrs are numbers from 0 to 23 joined by commas');
  const nonce = fromHex(flags.text('nonce') ?? '');
  if (nonce === undefined || nonce.length > 64) flags.problem('--nonce is at most 64 bytes in hexadecimal');
  flags.finish();
  return withAk(tpm, kind, async (ak) => {
    const { attestation, signature } = await quote(tpm, ak, nonce ?? Buffer.alloc(0), [{ bank, indices }]);
    return shown({ ...told(attestation), attestation: base64(attestation), signature: base64(signature), ...signer(ak) });
  });
}

/** `tokenclient tpm sign`: the attestation key signs a file of at most 1,024 bytes. */
export async function signFile(tpm: Tpm, flags: FlagReader): Promise<Shown> {
  const kind = kindOf(flags);
  const data = await readInput(flags);
  return withAk(tpm, kind, async (ak) => {
    const signature = await signWithAk(tpm, ak, data);
    return shown({ signature: base64(signature), ...signer(ak) });
  });
}

/** `tokenclient tpm unseal`: opens an import blob (binary or base64) into a file on tmpfs. */
export async function unsealFile(tpm: Tpm, flags: FlagReader): Promise<Shown> {
  const directory = flags.requiredText('out', 'a directory on tmpfs for the unsealed bytes; they are not printed');
  const bytes = await readInput(flags);
  const blob = decodeImportBlob(fromBase64(bytes.toString('latin1').trim()) ?? bytes);
  const unsealed = await unsealImportBlob(tpm, blob);
  const value = new Secret(unsealed);
  unsealed.fill(0);
  try {
    const files = await writeSecretFiles(directory, [{ name: 'unsealed', type: 'TPM', value, aead: undefined }]);
    files.leave(); // to whoever asked for it: this program ends now
    return shown({ file: files.paths[0] ?? '' });
  } finally {
    value.dispose();
  }
}

async function readInput(flags: FlagReader): Promise<Buffer> {
  const path = flags.requiredText('in');
  flags.finish();
  try {
    return await readFile(path);
  } catch (error) {
    throw new AppError('CONFIG_INVALID', `cannot read --in ${path}: ${messageOf(error)}`, { cause: error });
  }
}

async function withAk<T>(tpm: Tpm, kind: AkKind, use: (ak: AttestationKey) => Promise<T>): Promise<T> {
  const ak = await openAk(tpm, kind);
  try {
    return await use(ak);
  } finally {
    await ak.close();
  }
}

/** The key that signed: what a verifier must be told, and trust for another reason than this. */
const signer = (ak: AttestationKey): Readonly<Record<string, string>> => ({
  akOrigin: ak.origin,
  akName: hex(ak.name),
  akPublic: base64(ak.publicArea),
  akPem: publicKeyOf(decodePublic(ak.publicArea)).export({ type: 'spki', format: 'pem' }).toString(),
});

/** What a quote says, in words. */
function told(attestation: Buffer): Readonly<Record<string, string>> {
  const attest = decodeAttest(attestation);
  if (attest.type !== 'quote') throw new AppError('INTERNAL', `TPM2_Quote gave a ${attest.type}`);
  return {
    registers: describeSelections(attest.pcrSelections),
    pcrDigest: hex(attest.pcrDigest),
    extraData: hex(attest.extraData),
    clockMs: String(attest.clock),
    resetCount: String(attest.resetCount),
    restartCount: String(attest.restartCount),
    safe: String(attest.safe),
  };
}

const shown = (json: Readonly<Record<string, string>>): Shown => ({
  json,
  text: Object.entries(json)
    .map(([name, value]) => `${name}: ${value.trimEnd()}`)
    .join('\n'),
});
