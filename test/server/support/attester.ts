import { activateCredential, ekPublicArea, openAk, quote, readPcrs, Tpm, type AttestationKey } from '../../../src/tpm-device/index.js';
import { decodePublic, hashNameOf, spkiDerOf, type PcrSelection } from '../../../src/tpm/index.js';
import { referenceBinding, releaseBinding, ReleaseKey, type MakeCredentialResponse__Output } from '../../../src/wire/index.js';
import { startSwtpm, type Swtpm } from '../../support/swtpm.js';
import { ask, type World } from './world.js';

/** The VM's side of the exchange, step by step, on a real TPM. */
export class Attester {
  readonly tpm: Tpm;
  readonly ak: AttestationKey;
  readonly ekPublic: Buffer;
  readonly #swtpm: Swtpm;

  private constructor(swtpm: Swtpm, tpm: Tpm, ak: AttestationKey, ekPublic: Buffer) {
    this.#swtpm = swtpm;
    this.tpm = tpm;
    this.ak = ak;
    this.ekPublic = ekPublic;
  }

  static async start(): Promise<Attester> {
    const swtpm = await startSwtpm();
    const tpm = await Tpm.open(swtpm.location);
    return new Attester(swtpm, tpm, await openAk(tpm), await ekPublicArea(tpm, 'rsa'));
  }

  /** PEM SPKI of the endorsement key, as a record has it. */
  get ekPem(): string {
    const der =
      spkiDerOf(decodePublic(this.ekPublic))
        .toString('base64')
        .match(/.{1,64}/g) ?? [];
    return ['-----BEGIN PUBLIC KEY-----', ...der, '-----END PUBLIC KEY-----', ''].join('\n');
  }

  /** A PCR policy that allows the registers as they are now. */
  async pcrPolicy(indices: readonly number[] = [0, 4, 7]): Promise<Record<string, Record<string, string[]>>> {
    const values = await readPcrs(this.tpm, 'sha256', indices);
    return { sha256: Object.fromEntries([...values].map(([index, value]) => [String(index), [value.toString('hex')]])) };
  }

  async stop(): Promise<void> {
    await this.ak.close();
    await this.tpm.close();
    await this.#swtpm.stop();
  }

  makeCredential(world: World, releaseKey: Buffer): Promise<MakeCredentialResponse__Output> {
    const request = { requestId: 'r1', akName: '', ekPub: this.ekPublic, akPub: this.ak.publicArea, releaseKey };
    return ask(world.verifier, 'MakeCredential', request);
  }

  openChallenge(made: MakeCredentialResponse__Output): Promise<Buffer> {
    return activateCredential(this.tpm, this.ak, made.credBlob, made.encryptedSecret);
  }

  async activate(world: World, made: MakeCredentialResponse__Output, releaseKey: Buffer | undefined): Promise<{ verified: boolean }> {
    const challenge = (await this.openChallenge(made)).toString('ascii');
    const binding =
      releaseKey === undefined
        ? referenceBinding(challenge)
        : releaseBinding({ challenge, releaseKey, serverSpkiSha256: world.channel.serverSpkiSha256() });
    const { attestation, signature } = await this.quote(binding, selectionsOf(made));
    const request = { requestId: 'r2', secret: challenge, attestation, signatureTpmt: signature, sessionId: made.sessionId };
    return await ask(world.verifier, 'ActivateCredential', request);
  }

  quote(binding: Buffer, selections: readonly PcrSelection[]): Promise<{ attestation: Buffer; signature: Buffer }> {
    return quote(this.tpm, this.ak, binding, selections);
  }

  /** MakeCredential and ActivateCredential. */
  async attest(world: World): Promise<{ sessionId: Buffer; releaseKey: ReleaseKey; made: MakeCredentialResponse__Output }> {
    const releaseKey = new ReleaseKey();
    const made = await this.makeCredential(world, releaseKey.publicPoint);
    await this.activate(world, made, releaseKey.publicPoint);
    return { sessionId: made.sessionId, releaseKey, made };
  }
}

export const selectionsOf = (made: { readonly pcrSelection: readonly { hashAlg: number; index: number[] }[] }): readonly PcrSelection[] =>
  made.pcrSelection.map(({ hashAlg, index }) => ({ bank: hashNameOf(hashAlg)!, indices: index }));
