import { generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { CloudCore, RunningService } from './core.js';
import { startHttpService, type HttpReply, type HttpRequest } from './http-service.js';
import { invalid, Problem } from './problem.js';

/** Keys of service accounts, by e-mail address: what Google keeps of them, which is no private key. */
export class ServiceAccountKeys {
  readonly #ids = new Map<string, string[]>();

  /** Ids of the keys of an account, oldest first. */
  of(email: string): readonly string[] {
    return this.#ids.get(email) ?? [];
  }

  add(email: string, keyId: string): void {
    this.#ids.set(email, [...this.of(email), keyId]);
  }
}

/** Of one account. @see https://cloud.google.com/iam/quotas */
const maxKeys = 10;

const bodySchema = z.strictObject({
  privateKeyType: z.enum(['TYPE_UNSPECIFIED', 'TYPE_PKCS12_FILE', 'TYPE_GOOGLE_CREDENTIALS_FILE']).optional(),
  keyAlgorithm: z.enum(['KEY_ALG_UNSPECIFIED', 'KEY_ALG_RSA_1024', 'KEY_ALG_RSA_2048']).optional(),
});
const permission = 'iam.serviceAccountKeys.create';
const bitsOf = { KEY_ALG_UNSPECIFIED: 2048, KEY_ALG_RSA_1024: 1024, KEY_ALG_RSA_2048: 2048 } as const;

/** IAM over REST: projects.serviceAccounts.keys.create, for the JSON key file. @see https://cloud.google.com/iam/docs/reference/rest */
export const startIam = (core: CloudCore, keys: ServiceAccountKeys): Promise<RunningService> =>
  startHttpService({
    core,
    api: 'iam',
    auth: 'bearer',
    routes: [
      {
        method: 'POST',
        path: '/v1/projects/:project/serviceAccounts/:account/keys',
        handle: (request) => createKey(core, keys, request),
      },
    ],
  });

async function createKey(core: CloudCore, keys: ServiceAccountKeys, request: HttpRequest): Promise<HttpReply> {
  const { account = '', project: named = '' } = request.params;
  const project = account.replace(/^.*@(.*)\.iam\.gserviceaccount\.com$/, '$1');
  // Google tells nobody who may not make keys whether an account is there.
  if (!core.principals.can(request.caller(), project, permission))
    throw new Problem(403, 'forbidden', `Permission '${permission}' denied on resource (or it may not exist).`);
  if (named !== '-' && named !== project) throw invalid(`The service account is not in project ${named}.`);
  if (core.principals.find(account) === undefined) throw new Problem(404, 'notFound', `Unknown service account ${account}.`);
  const body = bodySchema.safeParse(request.body ?? {});
  if (!body.success) throw invalid('Invalid JSON payload received.');
  if (body.data.privateKeyType !== 'TYPE_GOOGLE_CREDENTIALS_FILE') throw invalid('Only JSON key files are made here.');
  if (keys.of(account).length >= maxKeys) throw new Problem(400, 'failedPrecondition', 'Precondition check failed.');
  const keyId = randomBytes(20).toString('hex');
  const algorithm = body.data.keyAlgorithm ?? 'KEY_ALG_UNSPECIFIED';
  const file = await keyFile(project, account, keyId, bitsOf[algorithm]);
  keys.add(account, keyId);
  return {
    json: {
      name: `projects/${project}/serviceAccounts/${account}/keys/${keyId}`,
      privateKeyType: 'TYPE_GOOGLE_CREDENTIALS_FILE',
      privateKeyData: Buffer.from(`${JSON.stringify(file, undefined, 2)}\n`).toString('base64'),
      validAfterTime: core.now().toISOString(),
      validBeforeTime: '9999-12-31T23:59:59Z',
      keyAlgorithm: `KEY_ALG_RSA_${bitsOf[algorithm]}`,
      keyOrigin: 'GOOGLE_PROVIDED',
      keyType: 'USER_MANAGED',
    },
  };
}

/** @see https://cloud.google.com/iam/docs/keys-create-delete#creating */
async function keyFile(project: string, account: string, keyId: string, modulusLength: number): Promise<Readonly<Record<string, string>>> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength });
  return {
    type: 'service_account',
    project_id: project,
    private_key_id: keyId,
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    client_email: account,
    client_id: `1${'0'.repeat(20)}`,
    auth_uri: 'https://accounts.google.com/o/oauth2/auth',
    token_uri: 'https://oauth2.googleapis.com/token',
    auth_provider_x509_cert_url: 'https://www.googleapis.com/oauth2/v1/certs',
    client_x509_cert_url: `https://www.googleapis.com/robot/v1/metadata/x509/${encodeURIComponent(account)}`,
    universe_domain: 'googleapis.com',
  };
}
