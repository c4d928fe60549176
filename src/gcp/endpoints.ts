import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { AppError, messageOf } from '../base/index.js';

const loopbackHost = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

const loopbackUrl = z.string().refine((text) => {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return url.protocol === 'http:' && loopbackHost.test(url.hostname) && url.username === '' && url.password === '' && url.search === '';
}, 'must be an http URL on this machine');

const loopbackAddress = z.string().refine((text) => {
  const match = /^(.+):(\d{1,5})$/.exec(text);
  return match !== null && loopbackHost.test(match[1] ?? '') && Number(match[2]) > 0 && Number(match[2]) < 65_536;
}, 'must be host:port on this machine');

const endpointsSchema = z.strictObject({
  /** Metadata server that also hands out this process's access tokens. */
  metadata: loopbackUrl,
  jwks: loopbackUrl,
  compute: loopbackUrl,
  loggingRest: loopbackUrl,
  loggingGrpc: loopbackAddress,
  firestore: loopbackAddress,
  secretManager: loopbackAddress,
  kms: loopbackAddress,
  iam: loopbackUrl,
});

/** Where local mode finds each Google API: HTTP base URLs (`jwks`: the whole URL), and `host:port` of plaintext gRPC services. */
export type Endpoints = Readonly<z.infer<typeof endpointsSchema>>;

/**
 * Reads the file of `--endpoints`. Every member must be there, none may be unknown, and every host must be this machine.
 * @throws AppError CONFIG_INVALID
 */
export function readEndpoints(path: string): Endpoints {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new AppError('CONFIG_INVALID', `--endpoints: cannot read ${path} as JSON: ${messageOf(error)}`, { cause: error });
  }
  const result = endpointsSchema.safeParse(content);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => `${issue.path.join('.') || path}: ${issue.message}`);
  throw new AppError('CONFIG_INVALID', `--endpoints: ${lines.join('; ')}`);
}

/** Host and port of an address of `Endpoints`. */
export function hostAndPort(address: string): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
}
