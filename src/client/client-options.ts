/**
 * Options of a TokenClient. Each is the flag of `tokenclient` of the same name, with the same meaning, default and checks
 * (`tokenclient --help`), but for `signal` and `log`.
 */
export interface TokenClientOptions {
  /** host:port of the TokenServer. */
  readonly address: string;
  /** The --tsAudience of the TokenServer. */
  readonly tsAudience: string;
  /** CA certificates: a PEM file, or a Secret Manager name with `useSecrets`. */
  readonly tlsCertChain: string;
  readonly sniServerName?: string;
  readonly tlsServerPin?: readonly string[];
  readonly useMTLS?: boolean;
  readonly useSecrets?: boolean;
  readonly tlsClientCert?: string;
  readonly tlsClientKey?: string;
  readonly serviceAccount?: string;
  readonly useTPM?: boolean;
  readonly doAttestation?: boolean;
  readonly exchangeSigningKey?: boolean;
  readonly unsealPcr?: number;
  readonly tpm?: string;
  readonly reattestSeconds?: number;
  readonly maxLoop?: number;
  readonly pollWaitSeconds?: number;
  readonly strictHygiene?: boolean;
  readonly endpoints?: string;
  /** Ends everything under way; `obtain` then rejects with CANCELLED. */
  readonly signal?: AbortSignal;
  /** Gets the client's log, a JSON line each. Without it nothing is logged. */
  readonly log?: (line: string) => void;
}

/** The options as a command line, so that a library user and an operator meet the same checks. */
export function argumentsOf({ signal: _signal, log: _log, ...flags }: TokenClientOptions): readonly string[] {
  const values: readonly (readonly [string, string | number | boolean | readonly string[]])[] = Object.entries(flags);
  return values.flatMap(([name, value]) => (typeof value === 'object' ? value.map((each) => `--${name}=${each}`) : [`--${name}=${value}`]));
}
