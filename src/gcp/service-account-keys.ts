import { z } from 'zod';
import { AppError, fromBase64, isAppError, Secret } from '../base/index.js';
import { readAnswer, type Lookup } from '../facts/index.js';
import { callRest, type Authorise } from './http.js';

/** A key that Google made and does not keep. */
export interface MadeKey {
  /** 40 hexadecimal characters. */
  readonly keyId: string;
  /** The JSON key file. The caller disposes it. */
  readonly file: Secret;
}

export interface ServiceAccountKeys {
  /**
   * Makes an RSA-2048 key of a service account (NAME@PROJECT.iam.gserviceaccount.com). `absent`: there is no such account.
   * Called once: when no answer comes (CLOUD_UNAVAILABLE) a key may have been made all the same.
   * @throws AppError CONFIG_INVALID for another kind of name
   */
  create(account: string, signal?: AbortSignal): Promise<Lookup<MadeKey>>;
}

const permission = 'iam.serviceAccountKeys.create';
const what = 'iam.serviceAccounts.keys.create';

const answerSchema = z.object({
  name: z.string().regex(/\/keys\/[0-9a-f]{40}$/),
  privateKeyType: z.literal('TYPE_GOOGLE_CREDENTIALS_FILE'),
  privateKeyData: z.string().min(1),
});

/**
 * Keys of service accounts, by the IAM API.
 * @see https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts.keys/create
 */
export function openServiceAccountKeys(options: {
  readonly authorise: Authorise;
  readonly baseUrl: string;
  readonly deadlineMs: number;
}): ServiceAccountKeys {
  return {
    create: async (account, signal) => {
      const project = /^[a-z][a-z0-9-]{4,28}[a-z0-9]@([a-z][a-z0-9-]{4,28}[a-z0-9])\.iam\.gserviceaccount\.com$/.exec(account)?.[1];
      if (project === undefined)
        throw new AppError('CONFIG_INVALID', `a service account is named NAME@PROJECT.iam.gserviceaccount.com, not "${account}"`);
      const url = new URL(`/v1/projects/${project}/serviceAccounts/${account}/keys`, options.baseUrl).href;
      const body = { privateKeyType: 'TYPE_GOOGLE_CREDENTIALS_FILE', keyAlgorithm: 'KEY_ALG_RSA_2048' };
      const call = { what, permission, url, body, mayRepeat: false, maxAnswerBytes: 65_536, deadlineMs: options.deadlineMs, signal };
      // What fails here has made no key.
      await options.authorise();
      return madeKey(await callRest(options.authorise, call).catch(explain(account)));
    },
  };
}

function madeKey(lookup: Lookup<unknown>): Lookup<MadeKey> {
  if (lookup.kind !== 'found') return lookup;
  const { name, privateKeyData } = readAnswer(answerSchema, lookup.value, what);
  const file = fromBase64(privateKeyData);
  if (file === undefined) throw new AppError('CLOUD_UNAVAILABLE', `the answer of ${what} holds no base64 key`);
  const value = new Secret(file);
  file.fill(0);
  return { kind: 'found', value: { keyId: name.slice(name.lastIndexOf('/') + 1), file: value } };
}

/** What is known after a failure: an answer below 500 is a refusal, without one a key may have been made. */
function explain(account: string): (error: unknown) => never {
  return (error) => {
    if (!isAppError(error, 'CLOUD_UNAVAILABLE', 'CANCELLED')) throw error;
    const status = Number(error.context['status'] ?? 500);
    const options = { cause: error, context: error.context };
    // FAILED_PRECONDITION: the request itself is always the same.
    if (status === 400) throw new AppError(error.code, `Google makes no key of ${account}: ${preconditions}`, options);
    if (status < 500) throw error;
    const look = `look: gcloud iam service-accounts keys list --iam-account ${account}`;
    throw new AppError(error.code, `${error.message}; a key may have been made all the same, ${look}`, options);
  };
}

const preconditions = 'an account has at most 10 keys, and its organization may forbid them (iam.disableServiceAccountKeyCreation)';
