import { credentials as channelCredentials, type ChannelCredentials } from '@grpc/grpc-js';
import type { Credentials } from './credentials.js';
import { hostAndPort } from './endpoints.js';

/** What every gRPC client of Google is opened with. */
export interface GrpcAccess {
  /** Constructor options: who we are, and in local mode where the service is. */
  readonly options: Credentials['client'] & {
    readonly apiEndpoint?: string;
    readonly port?: number;
    readonly sslCreds?: ChannelCredentials;
  };
  /** Options of one call. Nothing is retried underneath: the caller decides whether to ask again. */
  callOptions(): Promise<CallOptions>;
}

export interface CallOptions {
  readonly timeout: number;
  readonly retry: null;
  readonly otherArgs?: { readonly headers: Record<string, string> };
}

/** @param address plaintext `host:port` of local mode; undefined for the real service. */
export function grpcAccess(credentials: Credentials, address: string | undefined, deadlineMs: number): GrpcAccess {
  const bounds = { timeout: deadlineMs, retry: null } as const;
  if (address === undefined) return { options: credentials.client, callOptions: () => Promise.resolve({ ...bounds }) };
  const { host, port } = hostAndPort(address);
  return {
    options: { ...credentials.client, apiEndpoint: host, port, sslCreds: channelCredentials.createInsecure() },
    callOptions: async () => ({ ...bounds, otherArgs: { headers: await credentials.headers() } }),
  };
}
