import { AppError } from '../../base/index.js';
import type { Session } from './session.js';

export type SessionState = 'none' | 'challenged' | 'attested' | 'superseded' | 'expired';

/** The calls that need a session. MakeCredential opens one and is legal at any time. */
export type SessionStep = 'ActivateCredential' | 'ProvideSigningKey' | 'OfferQuote' | 'ProvideQuote' | 'GetToken';

/** The whole protocol: in which state may which call come? Any other pair is refused. */
const legalStates: Readonly<Record<SessionStep, readonly SessionState[]>> = {
  ActivateCredential: ['challenged'],
  ProvideSigningKey: ['attested'],
  OfferQuote: ['attested'],
  ProvideQuote: ['attested'],
  GetToken: ['attested'],
};

/** Who uses the session now. All of it must be as it was when the session was opened. */
export interface SessionUser {
  readonly instanceId: string;
  readonly certificateSha256: string | undefined;
  readonly nowSeconds: number;
}

/** In which state is this session for this user? Somebody else's session is none. */
export function stateFor(session: Session | undefined, user: SessionUser): SessionState {
  if (session === undefined) return 'none';
  if (session.instanceId !== user.instanceId || session.certificateSha256 !== user.certificateSha256) return 'none';
  if (user.nowSeconds >= session.expiresAtSeconds) return 'expired';
  if (session.superseded) return 'superseded';
  return session.quote === undefined ? 'challenged' : 'attested';
}

const because: Readonly<Record<SessionState, string>> = {
  none: 'there is no such session',
  challenged: 'the session did not activate its credential',
  attested: 'the credential of this session is activated already',
  superseded: 'a later session of this instance took its place',
  expired: 'the session is over',
};

/** The session, if this step may be taken in it. @throws AppError STEP_OUT_OF_ORDER which says why not. */
export function requireStep(step: SessionStep, session: Session | undefined, user: SessionUser): Session {
  const state = stateFor(session, user);
  if (session === undefined || !legalStates[step].includes(state)) throw new AppError('STEP_OUT_OF_ORDER', `${step}: ${because[state]}`);
  return session;
}

/** Seconds that a release of this session still has to wait for late audit entries; 0 when it may go on. */
export const settleSecondsLeft = (openedAtSeconds: number, settleSeconds: number, nowSeconds: number): number =>
  Math.max(0, Math.ceil(openedAtSeconds + settleSeconds - nowSeconds));
