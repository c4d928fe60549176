import { randomBytes, randomUUID } from 'node:crypto';
import { AppError } from '../../base/index.js';
import { tpmStage } from '../../appraisal/index.js';
import {
  quoteBinding,
  referenceBinding,
  type OfferQuoteRequest__Output,
  type OfferQuoteResponse,
  type ProvideQuoteRequest__Output,
} from '../../wire/index.js';
import { challengeBytes, challengeLifeSeconds } from '../attestation/session.js';
import { requireStep } from '../attestation/steps.js';
import { admit } from './admission.js';
import type { Verified } from './attestation.js';
import { attestationOf } from './look.js';
import type { ServiceParts } from './parts.js';
import { firstPcr, quoteSelection, wireSelection } from './pcr-wire.js';
import { bootOf, readQuoteBytes } from './quote-bytes.js';
import { answered, refused, type Reply, type ServiceCall } from './reply.js';
import { namedSession, requireTpm } from './session-use.js';

/** Verifier.OfferQuote: a nonce for another quote of the same session. An earlier one that was not answered is void. */
export const offerQuoteCall =
  (parts: ServiceParts) =>
  async (call: ServiceCall, request: OfferQuoteRequest__Output): Promise<Reply<OfferQuoteResponse>> => {
    const admitted = await admit(parts, call, 'attestation', request.sessionId);
    if (admitted === undefined) return refused;
    requireTpm(parts);
    const session = requireStep('OfferQuote', await namedSession(parts, admitted), admitted.user);
    const selection = quoteSelection(admitted.evidence.record, parts.policy);
    const nonce = randomBytes(challengeBytes).toString('base64url');
    await parts.sessions.offerNonce(session, nonce, admitted.user.nowSeconds);
    return answered({
      responseID: randomUUID(),
      inResponseTo: request.requestId,
      pcr: firstPcr(selection),
      nonce,
      sessionId: session.id,
      pcrSelection: wireSelection(selection),
      expiresInSeconds: challengeLifeSeconds,
    });
  };

/** Verifier.ProvideQuote: uses up the nonce, judges the quote, and keeps it as the session's latest. */
export const provideQuoteCall =
  (parts: ServiceParts) =>
  async (call: ServiceCall, request: ProvideQuoteRequest__Output): Promise<Reply<Verified>> => {
    const admitted = await admit(parts, call, 'attestation', request.sessionId);
    if (admitted === undefined) return refused;
    requireTpm(parts);
    const { evidence, user } = admitted;
    const session = requireStep('ProvideQuote', await namedSession(parts, admitted), user);
    const nonce = await parts.sessions.takeNonce(session);
    if (nonce === undefined) throw new AppError('STEP_OUT_OF_ORDER', 'ProvideQuote: the nonce is used, too old, or was never offered');
    const { id: sessionId, releaseKey, firstBoot } = session;
    const { serverSpkiSha256 } = call;
    const quote = {
      ...readQuoteBytes(request),
      expectedExtraData: releaseKey === undefined ? referenceBinding(nonce) : quoteBinding({ nonce, sessionId, serverSpkiSha256 }),
      takenAtSeconds: user.nowSeconds,
    };
    const attestation = { ...attestationOf(session), quote: { ...quote, firstBoot } };
    const shieldedIdentity = await parts.machine.shieldedIdentity(evidence.record);
    if (call.appraisal.judge(tpmStage, { ...evidence, attestation, shieldedIdentity }) === undefined) return refused;
    await parts.sessions.requote(session, quote, bootOf(quote.attestation));
    return answered({ responseID: randomUUID(), inResponseTo: request.requestId, verified: true });
  };
