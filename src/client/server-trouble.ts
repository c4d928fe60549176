import { AppError, messageOf } from '../base/index.js';
import { readRefusal, type Refusal } from '../wire/index.js';
import type { Trouble } from './exit-codes.js';

/** The gRPC status codes that are told apart here. @see https://grpc.io/docs/guides/status-codes/ */
const status = { CANCELLED: 1, UNKNOWN: 2, DEADLINE_EXCEEDED: 4, RESOURCE_EXHAUSTED: 8, UNIMPLEMENTED: 12 } as const;

/** The TokenServer answered, and said no. `refusal` is what it told us; its texts are cleaned for a log. */
export class RefusedError extends AppError {
  readonly refusal: Refusal;

  constructor(refusal: Refusal, cause: unknown) {
    const clean: Refusal = {
      ...refusal,
      reason: printable(refusal.reason, 64),
      decisionId: printable(refusal.decisionId, 64),
      remedy: printable(refusal.remedy, 400),
    };
    const { reason, decisionId, healedBy } = clean;
    super('SERVER_REFUSED', `the TokenServer refused: ${reason}: ${clean.remedy}`, { cause, context: { reason, decisionId, healedBy } });
    this.refusal = clean;
  }
}

/** Whoever answers is not the TokenServer that this client was told to trust. */
const impostors: readonly (readonly [RegExp, string])[] = [
  [/matches --tlsServerPin/, 'the server is not the pinned one: ask Alice whether its certificates changed, and correct --tlsServerPin'],
  [
    /does not match certificate's altnames|ERR_TLS_CERT_ALTNAME_INVALID/i,
    'the certificate of the server is for another name: correct --sniServerName',
  ],
  [
    /unable to (?:get (?:local )?issuer certificate|verify the first certificate)|self[- ]signed certificate|certificate signature failure/i,
    'the certificate of the server does not come from the CA in --tlsCertChain: ask Alice for her CA certificate',
  ],
];

/** A certificate from the future. */
const fromTheFuture: readonly (readonly [RegExp, string])[] = [
  [/certificate is not yet valid/i, 'the certificate of the server is not valid yet: the clock of this machine is probably wrong'],
];

/** Reasons of OpenSSL, Node and grpc-js for a connection that did not come about, and what a person does about each. */
const troubles: readonly (readonly [RegExp, string])[] = [
  [
    /certificate has expired|CERT_HAS_EXPIRED/i,
    'the certificate of the server has expired: Alice has to renew it, or the clock of this machine is wrong',
  ],
  [
    /certificate required|bad certificate|unknown ca|alert number (?:42|46|48|116)|socket hang up|ECONNRESET|Connection dropped/i,
    'the server ended the TLS handshake: it probably wants another client certificate (--useMTLS, --tlsClientCert, --tlsClientKey)',
  ],
  [/ECONNREFUSED/, 'nothing listens there: the TokenServer is down, or --address is wrong'],
  [/ENOTFOUND|EAI_AGAIN|Name resolution failed/i, 'the host name does not resolve: correct --address, or look at the DNS of this network'],
  [/EHOSTUNREACH|ENETUNREACH|ETIMEDOUT/, 'no way there: look at the firewall and the routes between the two'],
  [/wrong version number|tlsv1 alert protocol version|unsupported protocol/i, 'it does not speak TLS 1.3 there: correct --address'],
];

/**
 * Turns what grpc-js threw into our error: a RefusedError when the TokenServer explained itself; else SERVER_UNREACHABLE
 * with one line that says what to do. The texts of a server we did not verify are not repeated.
 */
export function serverTrouble(error: unknown, address: string): AppError {
  const refusal = readRefusal(error);
  if (refusal !== undefined) return new RefusedError(refusal, error);
  const code = statusOf(error);
  const text = messageOf(error);
  const impostor = adviceFor(impostors, text);
  const clock = adviceFor(fromTheFuture, text);
  const advice = impostor ?? clock ?? adviceFor(troubles, text) ?? adviceByStatus(code);
  const trouble: Trouble | undefined = impostor !== undefined ? 'wrong-server' : clock !== undefined ? 'clock' : undefined;
  return new AppError('SERVER_UNREACHABLE', `no answer from the TokenServer at ${address}: ${advice}`, {
    cause: error,
    context: { grpcCode: code, ...(trouble !== undefined && { trouble }) },
  });
}

const adviceFor = (table: readonly (readonly [RegExp, string])[], text: string): string | undefined =>
  table.find(([pattern]) => pattern.test(text))?.[1];

function adviceByStatus(code: number): string {
  switch (code) {
    case status.DEADLINE_EXCEEDED:
      return 'it did not answer in time';
    case status.UNIMPLEMENTED:
      return 'what listens there is not a TokenServer of this version: correct --address';
    case status.CANCELLED:
      return 'the call was cancelled';
    case status.RESOURCE_EXHAUSTED:
      return 'its answer is larger than a TokenServer sends';
    default:
      return `it failed with gRPC status ${code} and did not say why: ask Alice to look into the log of the TokenServer`;
  }
}

function statusOf(error: unknown): number {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : status.UNKNOWN;
}

/** Text from the other side, fit for one line of a log: printable ASCII, bounded. */
const printable = (text: string, maxLength: number): string => text.replace(/[^\x20-\x7e]/g, '?').slice(0, maxLength);
