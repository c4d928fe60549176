import { randomBytes, randomInt } from 'node:crypto';

/** Somebody who calls Google's APIs: a person or a service account. */
export interface Principal {
  readonly email: string;
  /** The account's unique numeric id, 21 digits: `sub` and `azp` of its identity tokens. */
  readonly uniqueId: string;
}

export interface AccessToken {
  readonly accessToken: string;
  readonly expiresInSeconds: number;
}

interface IssuedToken {
  readonly principal: Principal;
  readonly expiresAt: number;
}

/** A permission that stands for all of them: what the owner of a project holds. */
export const everyPermission = '*';

/** Who exists, which access tokens they hold, and what they may do in which project. */
export class Principals {
  /** Of tokens issued from now on. Google's clients ask anew where less than five minutes are left. */
  tokenLifetimeSeconds = 3599;
  readonly #now: () => Date;
  readonly #byEmail = new Map<string, Principal>();
  readonly #tokens = new Map<string, IssuedToken>();
  readonly #grants = new Map<string, Set<string>>();

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** The principal of that e-mail address; made on first use. */
  named(email: string): Principal {
    const known = this.#byEmail.get(email);
    if (known !== undefined) return known;
    const principal = { email, uniqueId: `1${Array.from({ length: 20 }, () => randomInt(10)).join('')}` };
    this.#byEmail.set(email, principal);
    return principal;
  }

  /** The principal of that e-mail address, if there is one. */
  find(email: string): Principal | undefined {
    return this.#byEmail.get(email);
  }

  /** A new random access token, good for `tokenLifetimeSeconds` by the cloud's clock. */
  issueToken(principal: Principal): AccessToken {
    const accessToken = `ya29.local.${randomBytes(24).toString('base64url')}`;
    this.#tokens.set(accessToken, { principal, expiresAt: this.#now().getTime() + this.tokenLifetimeSeconds * 1000 });
    return { accessToken, expiresInSeconds: this.tokenLifetimeSeconds };
  }

  /** Whose token is in this `authorization` value? Undefined when there is none, it is unknown, or it has expired. */
  authenticate(header: string | undefined): Principal | undefined {
    const token = /^Bearer ([\w.~+/=-]+)$/i.exec(header ?? '')?.[1];
    const issued = token === undefined ? undefined : this.#tokens.get(token);
    return issued !== undefined && this.#now().getTime() < issued.expiresAt ? issued.principal : undefined;
  }

  /** Ends every token of a principal at once. */
  expireTokens(principal: Principal): void {
    for (const [token, issued] of this.#tokens) if (issued.principal === principal) this.#tokens.delete(token);
  }

  /** Gives permissions, by their IAM names, in one project. */
  grant(principal: Principal, projectId: string, permissions: readonly string[]): void {
    const held = this.#held(principal, projectId);
    for (const permission of permissions) held.add(permission);
  }

  /** Takes permissions back; all of them when none are named. */
  revokeGrant(principal: Principal, projectId: string, permissions?: readonly string[]): void {
    const held = this.#held(principal, projectId);
    if (permissions === undefined) held.clear();
    else for (const permission of permissions) held.delete(permission);
  }

  /** May the principal do this in that project? */
  can(principal: Principal, projectId: string, permission: string): boolean {
    const held = this.#held(principal, projectId);
    return held.has(permission) || held.has(everyPermission);
  }

  #held(principal: Principal, projectId: string): Set<string> {
    const key = `${principal.email} ${projectId}`;
    const held = this.#grants.get(key) ?? new Set<string>();
    this.#grants.set(key, held);
    return held;
  }
}
