import { readFileSync } from 'node:fs';
import { GoogleAuth, OAuth2Client } from 'google-auth-library';
import { z } from 'zod';
import { AppError, messageOf } from '../base/index.js';
import { readAnswer } from '../facts/index.js';
import { withDeadline } from './deadline.js';
import { parseJson } from './failures.js';
import { connect, readBounded } from './http.js';
import type { Endpoints } from './endpoints.js';

const cloudPlatform = 'https://www.googleapis.com/auth/cloud-platform';

/** Who this process is to Google. Tokens are kept until shortly before they expire. */
export interface Credentials {
  /** Headers that authorise one request. @throws AppError CLOUD_UNAVAILABLE when no token can be had. */
  readonly headers: () => Promise<Record<string, string>>;
  /** How Google's own clients are told who we are: exactly one member. */
  readonly client: { readonly auth: GoogleAuth } | { readonly authClient: OAuth2Client };
  /** Content of the key file, if one was named. */
  readonly serviceAccountKey: ServiceAccountKey | undefined;
}

/**
 * A request of a client's own (a token refresh with a key file) ends after this time, and goes through Node's own fetch. What the library
 * asks the metadata server of a VM does not know these options: so each wait for a token has a deadline of its own.
 */
const transporterOptions = { timeout: 10_000, fetchImplementation: fetch };

const tokenDeadlineMs = 10_000;

interface CredentialsOptions {
  readonly endpoints?: Endpoints;
  readonly serviceAccountFile?: string;
  /** How long to wait for a token. */
  readonly deadlineMs?: number;
}

/**
 * Application Default Credentials, or the service account of a key file; in local mode, the principal of the endpoints'
 * metadata server, whatever the environment says.
 * @throws AppError CONFIG_INVALID when the key file is not one.
 */
export function openCredentials(options: CredentialsOptions): Credentials {
  const { deadlineMs = tokenDeadlineMs } = options;
  if (options.endpoints !== undefined) return localCredentials(options.endpoints.metadata, deadlineMs);
  const serviceAccountKey = options.serviceAccountFile === undefined ? undefined : readKeyFile(options.serviceAccountFile);
  const key = serviceAccountKey === undefined ? {} : { credentials: serviceAccountKey };
  const auth = new GoogleAuth({ scopes: [cloudPlatform], clientOptions: { transporterOptions }, ...key });
  return { headers: () => headersOf(auth, deadlineMs), client: { auth }, serviceAccountKey };
}

const keyFile = z.object({ type: z.literal('service_account'), client_email: z.string().min(1), private_key: z.string().min(1) });

type ServiceAccountKey = z.infer<typeof keyFile>;

function readKeyFile(path: string): ServiceAccountKey {
  let content: unknown;
  try {
    content = parseJson(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new AppError('CONFIG_INVALID', `the service account file cannot be read: ${messageOf(error)}`, { cause: error });
  }
  const parsed = keyFile.safeParse(content);
  if (!parsed.success) throw new AppError('CONFIG_INVALID', `${path} is not the JSON key file of a service account`);
  return parsed.data;
}

function localCredentials(metadata: string, deadlineMs: number): Credentials {
  const authClient = new OAuth2Client({ transporterOptions });
  authClient.refreshHandler = async () => fetchAccessToken(metadata);
  return { headers: () => headersOf(authClient, deadlineMs), client: { authClient }, serviceAccountKey: undefined };
}

async function headersOf(source: { getRequestHeaders(): Promise<Headers> }, deadlineMs: number): Promise<Record<string, string>> {
  try {
    return Object.fromEntries(await withDeadline({ what: 'access token', deadlineMs }, () => source.getRequestHeaders()));
  } catch (error) {
    // The library's message may quote its request; it is kept as the cause and not repeated.
    throw new AppError('CLOUD_UNAVAILABLE', 'no access token for Google could be obtained: check the credentials of this process', {
      cause: error,
    });
  }
}

const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.number().int().min(0) });

async function fetchAccessToken(metadata: string): Promise<{ access_token: string; expiry_date: number }> {
  const call = {
    what: 'metadata server token',
    url: new URL('/computeMetadata/v1/instance/service-accounts/default/token', metadata).href,
    maxAnswerBytes: 65_536,
  };
  const response = await connect(call, { headers: { 'metadata-flavor': 'Google' }, redirect: 'error', signal: AbortSignal.timeout(5000) });
  const body = await readBounded(response, call);
  if (!response.ok) throw new AppError('CLOUD_UNAVAILABLE', `${call.what} answered HTTP ${response.status}`);
  const answer = readAnswer(tokenAnswer, parseJson(body.toString('utf8')), call.what);
  return { access_token: answer.access_token, expiry_date: Date.now() + answer.expires_in * 1000 };
}
