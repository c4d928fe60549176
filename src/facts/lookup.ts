/**
 * What a well-formed answer of a Google API says of one thing: here it is, there is none, or you may not look.
 * An API that does not answer, or answers something that does not parse, is none of these: it throws CLOUD_UNAVAILABLE,
 * and nothing is decided.
 */
export type Lookup<T> =
  | { readonly kind: 'found'; readonly value: T }
  | { readonly kind: 'absent' }
  /** 403 forbidden or SERVICE_DISABLED. `permission` names what Bob has to grant, for example `compute.instances.get`. */
  | { readonly kind: 'forbidden'; readonly permission: string };

export const found = <T>(value: T): Lookup<T> => ({ kind: 'found', value });
export const absent: Lookup<never> = { kind: 'absent' };
export const forbidden = (permission: string): Lookup<never> => ({ kind: 'forbidden', permission });
