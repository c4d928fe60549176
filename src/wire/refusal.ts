import { Metadata } from '@grpc/grpc-js';
import type { HealedBy } from '../base/index.js';
import { errorInfoCodec, retryInfoCodec, statusCodec } from './services.js';

/** Why a call was refused, as much of it as a caller may know. */
export interface Refusal {
  /** gRPC status code. */
  readonly grpcCode: number;
  /** Stable code, for example INSTANCE_UNKNOWN; docs/checks.md explains each. */
  readonly reason: string;
  /** The line of Alice's log that tells the whole story. */
  readonly decisionId: string;
  readonly remedy: string;
  readonly healedBy: HealedBy;
  readonly retryAfterSeconds: number | undefined;
}

const detailsKey = 'grpc-status-details-bin';
const domain = 'tokenservice';
const typePrefix = 'type.googleapis.com/';

/** Trailing metadata for a refusal: google.rpc.Status with ErrorInfo, and RetryInfo where waiting helps. */
export function refusalMetadata(refusal: Refusal, message: string): Metadata {
  const { reason, decisionId, remedy, healedBy, retryAfterSeconds } = refusal;
  const details = [
    {
      type_url: `${typePrefix}google.rpc.ErrorInfo`,
      value: errorInfoCodec.encode({ reason, domain, metadata: { decisionId, remedy, healedBy } }),
    },
  ];
  if (retryAfterSeconds !== undefined) {
    details.push({
      type_url: `${typePrefix}google.rpc.RetryInfo`,
      value: retryInfoCodec.encode({ retry_delay: { seconds: String(Math.ceil(retryAfterSeconds)), nanos: 0 } }),
    });
  }
  const metadata = new Metadata();
  metadata.set(detailsKey, statusCodec.encode({ code: refusal.grpcCode, message, details }));
  return metadata;
}

/** Reads the refusal out of an error of a gRPC call; undefined when there is none, or it is not from a TokenServer. */
export function readRefusal(error: unknown): Refusal | undefined {
  if (!(error instanceof Error) || !('metadata' in error) || !(error.metadata instanceof Metadata)) return undefined;
  const [bytes] = error.metadata.get(detailsKey);
  if (!Buffer.isBuffer(bytes)) return undefined;
  try {
    const { code, details } = statusCodec.decode(bytes);
    const info = details.find(({ type_url }) => type_url === `${typePrefix}google.rpc.ErrorInfo`);
    if (info === undefined) return undefined;
    const { reason, domain: from, metadata } = errorInfoCodec.decode(info.value);
    const healedBy = healers.find((healer) => healer === metadata['healedBy']);
    if (from !== domain || reason === '' || healedBy === undefined) return undefined;
    const retry = details.find(({ type_url }) => type_url === `${typePrefix}google.rpc.RetryInfo`);
    return {
      grpcCode: code,
      reason,
      decisionId: metadata['decisionId'] ?? '',
      remedy: metadata['remedy'] ?? '',
      healedBy,
      retryAfterSeconds: retry === undefined ? undefined : Number(retryInfoCodec.decode(retry.value).retry_delay?.seconds ?? '0'),
    };
  } catch {
    return undefined;
  }
}

const healers: readonly HealedBy[] = ['alice', 'bob', 'time', 'nobody'];
