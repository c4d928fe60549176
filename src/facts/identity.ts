/** The `google.compute_engine` claims of an instance identity token. Ids and numbers are decimal text: they pass 2^53. */
export interface InstanceClaims {
  readonly projectId: string;
  readonly projectNumber: string;
  readonly zone: string;
  readonly instanceId: string;
  readonly instanceName: string;
  readonly createdAtSeconds: number;
  /** 1 on a Confidential VM, 0 otherwise. */
  readonly confidentiality: number;
}

/** Claims of any ID token that Google signed, as found: nothing here was compared with what we expect. */
export interface TokenClaims {
  readonly issuer: string;
  readonly audience: string;
  readonly subject: string;
  readonly email: string | undefined;
  readonly emailVerified: boolean | undefined;
  readonly issuedAtSeconds: number;
  readonly expiresAtSeconds: number;
  /** Absent in tokens that no metadata server made (sign-in users, generateIdToken). */
  readonly instance: InstanceClaims | undefined;
}

/**
 * A bearer token after its signature was looked at. `claims` is present exactly if the signature is Google's (RS256 by a
 * key of the published set) and the payload has the shape of an ID token. Expiry, issuer and audience are not checked here.
 */
export interface VerifiedToken {
  readonly claims: TokenClaims | undefined;
  /** Why there are no claims, for Alice's log: "malformed", "algorithm HS256", "unknown key id", "bad signature", ... */
  readonly problem: string | undefined;
}
