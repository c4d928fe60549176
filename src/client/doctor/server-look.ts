import { randomBytes } from 'node:crypto';
import { isAppError, messageOf } from '../../base/index.js';
import { sessionIdLength } from '../../wire/index.js';
import type { ClientConfig } from '../config.js';
import type { TokenServer } from '../obtain.js';
import { RefusedError } from '../server-trouble.js';
import { broken, fault, ok, skipped, warn, type DoctorFinding } from './finding.js';

/** gRPC FAILED_PRECONDITION: the server found nothing wrong but the session, which is made up. */
const failedPrecondition = 9;

/**
 * Does the server answer, is it the one we were told to trust, and what does it say to this VM? Asked with a quote for a
 * session that does not exist: the server judges token, approval and certificate, and nothing is opened, counted or released.
 */
export async function lookAtServer(config: ClientConfig, server: TokenServer): Promise<readonly DoctorFinding[]> {
  let met: unknown;
  try {
    await server.offerQuote(randomBytes(sessionIdLength));
  } catch (error) {
    met = error;
  }
  if (!(met instanceof RefusedError)) return withoutAnswer(config, met);
  return [ok('server', `${config.address} answers as ${config.serverName}`), pinFinding(config), judgeAnswer(config, met)];
}

function withoutAnswer({ address }: ClientConfig, error: unknown): readonly DoctorFinding[] {
  const skip = skipped('approval', 'the server was not reached');
  if (!isAppError(error)) return [fault('server', `${address} answered what no TokenServer answers`, 'correct --address'), skip];
  const isImpostor = error.context['trouble'] === 'wrong-server';
  return [broken(isImpostor ? 'server-identity' : 'server', error, 'mend what the line says, and look again'), skip];
}

const pinFinding = ({ pins }: ClientConfig): DoctorFinding =>
  pins.length === 0
    ? warn('pin', 'none is given', 'whoever can change --tlsCertChain can stand in for the server: add --tlsServerPin')
    : ok('pin', 'a certificate of its chain matches --tlsServerPin');

function judgeAnswer({ audience }: ClientConfig, error: RefusedError): DoctorFinding {
  const { reason, remedy, grpcCode, healedBy, decisionId } = error.refusal;
  const check = 'approval';
  if (grpcCode === failedPrecondition)
    return ok(check, 'the server knows this VM, its token and its certificate; the proof itself was not tried');
  if (reason === 'INSTANCE_UNKNOWN') return warn(check, 'the server takes the token and does not know this VM yet', remedy);
  if (reason === 'TOKEN_AUDIENCE')
    return fault('audience', `the server has another audience than ${audience}`, 'ask Alice for the --tsAudience of her server');
  if (healedBy === 'time') return warn(check, messageOf(error), 'look again later');
  return fault(check, `the server refuses: ${reason} (decision ${decisionId})`, remedy);
}
