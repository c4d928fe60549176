import type { CloudCore, RunningService } from './core.js';
import { startHttpService, type HttpReply, type HttpRequest, type Route } from './http-service.js';
import type { AccessToken, Principal } from './principals.js';
import { Problem } from './problem.js';

/** For whom a metadata server answers, asked anew at each request. */
export interface MetadataSubject {
  /** The account whose access tokens it gives; undefined when a VM has none attached. */
  readonly principal: () => Principal | undefined;
  readonly projectId: string;
  readonly projectNumber: string;
  /** Undefined for a person or a server outside Google Cloud: then there is nothing under instance/ but the account. */
  readonly machine: MetadataMachine | undefined;
}

/** What only a VM's own server knows. */
interface MetadataMachine {
  readonly isOn: () => boolean;
  /** Values under `instance/` by path, for example `id` or `attributes/user-data`. */
  readonly values: () => ReadonlyMap<string, string>;
  /** Values under `project/attributes/`. */
  readonly projectAttributes: () => ReadonlyMap<string, string>;
  /** A signed identity token. */
  readonly identityToken: (audience: string, options: { readonly full: boolean; readonly licenses: boolean }) => string;
}

const base = '/computeMetadata/v1';
const account = `${base}/instance/service-accounts`;
/** An access token is handed out again until it has less than this left. */
const renewalMs = 5 * 60 * 1000;

/**
 * The metadata server of one VM, or one that only gives a person's access tokens.
 * @see https://cloud.google.com/compute/docs/metadata/querying-metadata
 */
export function startMetadataServer(core: CloudCore, subject: MetadataSubject): Promise<RunningService> {
  const routes = [...projectRoutes(subject), ...accountRoutes(core, subject)];
  return startHttpService({
    core,
    api: 'metadata',
    auth: 'none',
    guard: (headers) => guard(subject, headers),
    headers: { 'metadata-flavor': 'Google', server: 'Metadata Server for VM' },
    routes: subject.machine === undefined ? routes : [...routes, ...machineRoutes(subject, subject.machine)],
  });
}

/** @throws Problem 403 without `Metadata-Flavor: Google` or for a forwarded request; 503 while the VM is off */
function guard(subject: MetadataSubject, headers: HttpRequest['headers']): void {
  if (headers['metadata-flavor'] !== 'Google') throw new Problem(403, 'forbidden', 'Missing Metadata-Flavor:Google header.');
  if (headers['x-forwarded-for'] !== undefined) throw new Problem(403, 'forbidden', 'X-Forwarded-For is not allowed.');
  if (subject.machine?.isOn() === false) throw new Problem(503, 'backendError', 'The machine is off.');
}

function projectRoutes(subject: MetadataSubject): readonly Route[] {
  return [
    { method: 'GET', path: `${base}/instance`, handle: () => text('attributes/\nservice-accounts/\n') },
    { method: 'GET', path: `${base}/project/project-id`, handle: () => text(subject.projectId) },
    { method: 'GET', path: `${base}/project/numeric-project-id`, handle: () => text(subject.projectNumber) },
    { method: 'GET', path: `${base}/universe/universe-domain`, handle: () => text('googleapis.com') },
  ];
}

function accountRoutes(core: CloudCore, subject: MetadataSubject): readonly Route[] {
  let cached: { readonly email: string; readonly token: AccessToken; readonly expiresAt: number } | undefined;
  const token = (request: HttpRequest): HttpReply => {
    const principal = accountNamed(subject, request);
    const now = core.now().getTime();
    const header = (value: AccessToken): string => `Bearer ${value.accessToken}`;
    const usable = cached?.email === principal.email && cached.expiresAt - now > renewalMs;
    if (!usable || core.principals.authenticate(cached === undefined ? undefined : header(cached.token)) === undefined) {
      const fresh = core.principals.issueToken(principal);
      cached = { email: principal.email, token: fresh, expiresAt: now + fresh.expiresInSeconds * 1000 };
    }
    if (cached === undefined) throw new Problem(500, 'internalError', 'no token');
    const expiresIn = Math.floor((cached.expiresAt - now) / 1000);
    return { json: { access_token: cached.token.accessToken, expires_in: expiresIn, token_type: 'Bearer' } };
  };
  return [
    { method: 'GET', path: `${account}/`, query: ['recursive'], handle: (request) => listAccounts(subject, request) },
    { method: 'GET', path: `${account}/:account/token`, query: ['scopes'], handle: token },
    { method: 'GET', path: `${account}/:account/email`, handle: (request) => text(accountNamed(subject, request).email) },
  ];
}

function listAccounts(subject: MetadataSubject, request: HttpRequest): HttpReply {
  const principal = subject.principal();
  if (principal === undefined) throw new Problem(404, 'notFound', 'No service account is attached.');
  const entry = { aliases: ['default'], email: principal.email, scopes: ['https://www.googleapis.com/auth/cloud-platform'] };
  if (request.query.get('recursive') === 'true') return { json: { default: entry, [principal.email]: entry } };
  return text(`default/\n${principal.email}/\n`);
}

function machineRoutes(subject: MetadataSubject, machine: MetadataMachine): readonly Route[] {
  const value = (request: HttpRequest): HttpReply => {
    const found = machine.values().get(request.path.slice(`${base}/instance/`.length));
    if (found === undefined) throw new Problem(404, 'notFound', `${request.path} was not found`);
    return text(found);
  };
  return [
    {
      method: 'GET',
      path: `${account}/:account/identity`,
      query: ['audience', 'format', 'licenses'],
      handle: (request) => identity(subject, machine, request),
    },
    {
      method: 'GET',
      path: `${base}/project/attributes/:key`,
      handle: (request) => {
        const found = machine.projectAttributes().get(request.params['key'] ?? '');
        if (found === undefined) throw new Problem(404, 'notFound', `${request.path} was not found`);
        return text(found);
      },
    },
    { method: 'GET', path: `${base}/instance/:a`, handle: value },
    { method: 'GET', path: `${base}/instance/:a/:b`, handle: value },
    { method: 'GET', path: `${base}/instance/:a/:b/:c`, handle: value },
  ];
}

/** @see https://cloud.google.com/compute/docs/instances/verifying-instance-identity */
function identity(subject: MetadataSubject, machine: MetadataMachine, request: HttpRequest): HttpReply {
  accountNamed(subject, request);
  const audience = request.query.get('audience') ?? '';
  const format = request.query.get('format') ?? 'standard';
  if (audience === '') throw new Problem(400, 'invalid', 'non-empty audience parameter required');
  if (format !== 'standard' && format !== 'full') throw new Problem(400, 'invalid', `format is standard or full, not ${format}`);
  const licenses = /^true$/i.test(request.query.get('licenses') ?? '');
  return { text: machine.identityToken(audience, { full: format === 'full', licenses }), contentType: 'text/html' };
}

/** @throws Problem 404 when no account is attached, or another one is asked for */
function accountNamed(subject: MetadataSubject, request: HttpRequest): Principal {
  const principal = subject.principal();
  const asked = request.params['account'];
  if (principal === undefined || (asked !== 'default' && asked !== principal.email)) {
    throw new Problem(404, 'notFound', 'The service account was not found.');
  }
  return principal;
}

const text = (value: string): HttpReply => ({ text: value, contentType: 'application/text' });
