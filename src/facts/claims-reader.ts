import { z } from 'zod';
import { readAnswer } from './answer.js';
import type { TokenClaims } from './identity.js';

const seconds = z.number().int().min(0);

/** Numbers come as JSON numbers from the metadata server and as text in other tokens; kept as text. */
const decimalText = z.union([z.string().regex(/^[0-9]{1,20}$/), z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).transform(String)]);

const computeEngine = z.object({
  project_id: z.string().min(1),
  project_number: decimalText,
  zone: z.string().min(1),
  // uint64 beyond 2^53: a JSON number here has lost digits already.
  instance_id: z.string().regex(/^[0-9]{1,20}$/),
  instance_name: z.string().min(1),
  instance_creation_timestamp: seconds,
  instance_confidentiality: seconds.default(0),
});

const claimsSchema = z.object({
  iss: z.string().min(1),
  aud: z.string(),
  sub: z.string().min(1),
  email: z.string().optional(),
  email_verified: z.boolean().optional(),
  iat: seconds,
  exp: seconds,
  google: z.object({ compute_engine: computeEngine.optional() }).optional(),
});

/**
 * Reads the payload of an ID token that Google signed. `google.compute_engine` may be absent, but not be incomplete.
 * It compares nothing: issuer, audience and times are for the checks.
 * @throws AppError CLOUD_UNAVAILABLE when the payload has another shape.
 * @see https://cloud.google.com/compute/docs/instances/verifying-instance-identity
 */
export function parseTokenClaims(raw: unknown): TokenClaims {
  const claims = readAnswer(claimsSchema, raw, 'identity token');
  const vm = claims.google?.compute_engine;
  return {
    issuer: claims.iss,
    audience: claims.aud,
    subject: claims.sub,
    email: claims.email,
    emailVerified: claims.email_verified,
    issuedAtSeconds: claims.iat,
    expiresAtSeconds: claims.exp,
    instance: vm && {
      projectId: vm.project_id,
      projectNumber: vm.project_number,
      zone: vm.zone,
      instanceId: vm.instance_id,
      instanceName: vm.instance_name,
      createdAtSeconds: vm.instance_creation_timestamp,
      confidentiality: vm.instance_confidentiality,
    },
  };
}
