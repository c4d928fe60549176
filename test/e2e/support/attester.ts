import { hex } from '../../../src/base/index.js';
import type { Vm } from '../../../src/localcloud/index.js';
import { activateCredential, ekPublicArea, openAk, quote, Tpm, type AttestationKey } from '../../../src/tpm-device/index.js';
import { hashNameOf, type PcrSelection } from '../../../src/tpm/index.js';
import { quoteBinding, releaseBinding, ReleaseKey, type MakeCredentialResponse__Output } from '../../../src/wire/index.js';
import { valueOf, type Answer, type Caller } from './caller.js';

/** A session up to the point where the challenge is open and nothing is proven yet. */
export interface OpenedSession {
  readonly offer: MakeCredentialResponse__Output;
  readonly challenge: string;
  readonly releaseKey: ReleaseKey;
  readonly selections: readonly PcrSelection[];
}

/** Changes that an attacker makes to the activation. */
export interface ActivationChange {
  readonly challenge?: string;
  readonly qualifyingData?: Buffer;
  readonly selections?: readonly PcrSelection[];
  readonly attestation?: (bytes: Buffer) => Buffer;
  readonly signature?: (bytes: Buffer) => Buffer;
  readonly sessionId?: Buffer;
}

/** The VM's TPM in the hands of a test: the steps of an attestation one by one. */
export class Attester {
  readonly caller: Caller;
  readonly tpm: Tpm;
  readonly ak: AttestationKey;
  readonly ekPublic: Buffer;

  private constructor(caller: Caller, tpm: Tpm, ak: AttestationKey, ekPublic: Buffer) {
    this.caller = caller;
    this.tpm = tpm;
    this.ak = ak;
    this.ekPublic = ekPublic;
  }

  static async open(caller: Caller, vm: Vm): Promise<Attester> {
    const tpm = await Tpm.open(vm.tpmLocation);
    const ekPublic = await ekPublicArea(tpm, 'rsa');
    return new Attester(caller, tpm, await openAk(tpm), ekPublic);
  }

  async close(): Promise<void> {
    await this.ak.close();
    await this.tpm.close();
  }

  async openSession(): Promise<OpenedSession> {
    const releaseKey = new ReleaseKey();
    const offer = valueOf(
      await this.caller.makeCredential({
        akName: hex(this.ak.name),
        ekPub: this.ekPublic,
        akPub: this.ak.publicArea,
        releaseKey: releaseKey.publicPoint,
      }),
    );
    const secret = await activateCredential(this.tpm, this.ak, offer.credBlob, offer.encryptedSecret);
    const selections = offer.pcrSelection.map(({ hashAlg, index }) => ({ bank: hashNameOf(hashAlg) ?? 'sha256', indices: index }));
    return { offer, challenge: secret.toString(), releaseKey, selections };
  }

  /** A good activation at another server with the same certificate. */
  async activateAt(caller: Caller, session: OpenedSession): Promise<Answer<{ verified: boolean }>> {
    const serverSpkiSha256 = this.caller.channel.serverSpkiSha256();
    const binding = releaseBinding({ challenge: session.challenge, releaseKey: session.releaseKey.publicPoint, serverSpkiSha256 });
    const { attestation, signature } = await quote(this.tpm, this.ak, binding, session.selections);
    return caller.activateCredential({
      secret: session.challenge,
      sessionId: session.offer.sessionId,
      attestation,
      signatureTpmt: signature,
    });
  }

  async activate(
    { offer, challenge, releaseKey, selections }: OpenedSession,
    change: ActivationChange = {},
  ): Promise<Answer<{ verified: boolean }>> {
    const serverSpkiSha256 = this.caller.channel.serverSpkiSha256();
    const binding = change.qualifyingData ?? releaseBinding({ challenge, releaseKey: releaseKey.publicPoint, serverSpkiSha256 });
    const { attestation, signature } = await quote(this.tpm, this.ak, binding, change.selections ?? selections);
    return this.caller.activateCredential({
      secret: change.challenge ?? challenge,
      sessionId: change.sessionId ?? offer.sessionId,
      attestation: change.attestation?.(attestation) ?? attestation,
      signatureTpmt: change.signature?.(signature) ?? signature,
    });
  }

  /** What ProvideQuote is to be sent: a quote of register 0 for a nonce of OfferQuote. */
  async quoteFor(sessionId: Buffer, nonce: string): Promise<Parameters<Caller['provideQuote']>[0]> {
    const binding = quoteBinding({ nonce, sessionId, serverSpkiSha256: this.caller.channel.serverSpkiSha256() });
    const { attestation, signature } = await quote(this.tpm, this.ak, binding, [{ bank: 'sha256', indices: [0] }]);
    return { sessionId, attestation, signatureTpmt: signature };
  }

  /** The whole attestation; gives the session that may ask for secrets. */
  async attest(): Promise<OpenedSession> {
    const session = await this.openSession();
    const { verified } = valueOf(await this.activate(session));
    if (!verified) throw new Error('the server did not verify the activation');
    return session;
  }
}
