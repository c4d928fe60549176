import type { CloudCore, RunningService } from './core.js';
import { startHttpService } from './http-service.js';
import type { IdentityTokens } from './identity-tokens.js';

/** Path of the key set, as on www.googleapis.com. */
export const jwksPath = '/oauth2/v3/certs';

/** The public key set of the identity token signer; needs no access token. */
export const startJwksService = (core: CloudCore, tokens: IdentityTokens): Promise<RunningService> =>
  startHttpService({
    core,
    api: 'jwks',
    auth: 'none',
    routes: [
      {
        method: 'GET',
        path: jwksPath,
        handle: () => ({
          json: tokens.jwks(),
          headers: { 'cache-control': 'public, max-age=19800, must-revalidate, no-transform' },
        }),
      },
    ],
  });
