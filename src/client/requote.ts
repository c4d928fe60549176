import { AppError } from '../base/index.js';
import { openAk, quote, type Tpm } from '../tpm-device/index.js';
import { quoteBinding } from '../wire/index.js';
import type { TokenServer } from './obtain.js';
import { currentValues, selectionsOf } from './quoted-registers.js';

/** A session that the server attested, as far as a later quote needs it. */
export interface ProvenSession {
  readonly sessionId: Buffer;
  readonly akName: Buffer;
}

const noncePattern = /^[A-Za-z0-9_-]{32}$/;

/**
 * Quotes the registers once more in a session that is attested already: two calls, no credential. The server looks at the
 * token, the approval, the certificate and the TPM; it does not look at the machine and its history, as attest makes it do.
 * @returns false when this TPM gives another attestation key than the session's: then only attest helps.
 * @throws as attest; RefusedError STEP_OUT_OF_ORDER when the session is over.
 */
export async function requote(server: TokenServer, tpm: Tpm, { sessionId, akName }: ProvenSession): Promise<boolean> {
  const ak = await openAk(tpm);
  try {
    if (!ak.name.equals(akName)) return false;
    const { nonce, pcrSelection } = await server.offerQuote(sessionId);
    if (!noncePattern.test(nonce)) throw new AppError('BYTES_MALFORMED', 'the nonce of the server is not 32 characters of base64url');
    const selections = selectionsOf(pcrSelection);
    const pcrValues = await currentValues(tpm, selections);
    const qualifyingData = quoteBinding({ nonce, sessionId, serverSpkiSha256: server.serverSpkiSha256() });
    const { attestation, signature } = await quote(tpm, ak, qualifyingData, selections);
    if (!(await server.provideQuote({ sessionId, attestation, signature, pcrValues })))
      throw new AppError('SERVER_REFUSED', 'the server did not verify the quote and did not say why');
    return true;
  } finally {
    await ak.close();
  }
}
