import type { ClientConfig } from '../config.js';
import type { ClientCloud } from '../io.js';
import { broken, fault, ok, warn, type DoctorFinding } from './finding.js';

/** A clock that is further off is refused by the TokenServer (its --jwtIssuedAtJitter, 30 s unless Alice changed it). */
const maxSkewSeconds = 30;

/** Who is this VM, as its metadata server says? */
export async function lookAtMetadata({ metadataServer }: ClientCloud): Promise<readonly DoctorFinding[]> {
  const check = 'metadata-server';
  try {
    const read = async (path: string): Promise<string> => (await metadataServer.value(path)).trim().split('/').at(-1) ?? '';
    const [id, zone, project] = [await read('instance/id'), await read('instance/zone'), await read('project/project-id')];
    return [ok(check, `instance ${id} in ${zone} of project ${project}: these three are what Alice needs to review it`)];
  } catch (error) {
    return [broken(check, error, 'run it on the VM, in a container that may reach metadata.google.internal (169.254.169.254)')];
  }
}

/** Does the VM get an identity token for the audience, and when was it issued by Google's clock? */
export async function lookAtToken(
  { audience }: ClientConfig,
  { metadataServer }: ClientCloud,
  now: Date,
): Promise<readonly DoctorFinding[]> {
  let claims: Readonly<Record<string, unknown>>;
  try {
    claims = claimsOf(await metadataServer.identityToken(audience));
  } catch (error) {
    return [broken('identity-token', error, 'give the VM a service account, and reach its metadata server')];
  }
  return [judgeClaims(claims, audience), judgeClock(claims['iat'], now)];
}

/** The claims of a token. The signature is not checked: the TokenServer does that. */
function claimsOf(token: string): Readonly<Record<string, unknown>> {
  const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
  return typeof claims === 'object' && claims !== null ? { ...claims } : {};
}

function judgeClaims(claims: Readonly<Record<string, unknown>>, audience: string): DoctorFinding {
  const { aud, email, google } = claims;
  const check = 'identity-token';
  const remedy = 'the metadata server answers like no other: is something in between?';
  if (aud !== audience) return fault(check, 'the token is for another audience than --tsAudience', remedy);
  const isOfVm = typeof google === 'object' && google !== null && 'compute_engine' in google;
  if (!isOfVm) return fault(check, 'the token does not name this instance', 'run it on a Compute Engine VM, not elsewhere with a key file');
  return ok(check, `for ${audience}, as ${typeof email === 'string' ? email : 'an account without email'}`);
}

/** The server has no clock that we can read before it trusts us; Google's stamp in the token stands for it. */
function judgeClock(issuedAt: unknown, now: Date): DoctorFinding {
  const check = 'clock';
  if (typeof issuedAt !== 'number')
    return fault(check, 'the token has no time of issue', 'is something between us and the metadata server?');
  const aheadSeconds = Math.round(now.getTime() / 1000 - issuedAt);
  if (Math.abs(aheadSeconds) <= maxSkewSeconds) return ok(check, `${aheadSeconds} s after the time of issue in the token`);
  if (aheadSeconds < 0)
    return fault(check, `${-aheadSeconds} s behind Google's clock`, 'set the clock of the VM: let it use metadata.google.internal by NTP');
  return warn(
    check,
    `${aheadSeconds} s after the time of issue in the token`,
    'the clock of the VM is ahead, or its metadata server gave a token that it had kept; compare with another clock',
  );
}
