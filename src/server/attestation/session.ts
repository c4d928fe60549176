import { hex, sha256 } from '../../base/index.js';
import type { QuoteFacts } from '../../appraisal/index.js';

/** Bytes of a session id. */
export const sessionIdBytes = 32;
/** Random bytes of a challenge or nonce; as base64url exactly 32 ASCII characters. */
export const challengeBytes = 24;
/** A challenge, and a nonce, dies after this time. */
export const challengeLifeSeconds = 60;

/** What MakeCredential notes. It never changes afterwards. */
export interface SessionOpening {
  /** 32 random bytes. */
  readonly id: Buffer;
  readonly instanceId: string;
  /** TPM name of the attestation key, computed from `akPublic`: 34 bytes for SHA-256. */
  readonly akName: Buffer;
  /** TPMT_PUBLIC as received. */
  readonly ekPublic: Buffer;
  readonly akPublic: Buffer;
  /** Uncompressed P-256 point; undefined for a client of the reference. */
  readonly releaseKey: Buffer | undefined;
  /** Lower-case hex SHA-256 of the client certificate; undefined without mTLS. */
  readonly certificateSha256: string | undefined;
  readonly openedAtSeconds: number;
  readonly expiresAtSeconds: number;
}

export interface BootCounters {
  readonly resetCount: number;
  readonly restartCount: number;
}

/** A session as it stands now. */
export interface Session extends SessionOpening {
  /** The latest good quote; undefined until ActivateCredential passed. */
  readonly quote: Omit<QuoteFacts, 'firstBoot'> | undefined;
  /** Counters of the first good quote. */
  readonly firstBoot: BootCounters | undefined;
  /** TPMT_PUBLIC of the certified signing key. */
  readonly signingKey: Buffer | undefined;
  /** True when another session of the same instance was attested later. */
  readonly superseded: boolean;
}

/** Under which key a session is stored: its id cannot be read off a listing of keys, nor guessed by timing a look-up. */
export const sessionKey = (id: Uint8Array): string => hex(sha256(id));
