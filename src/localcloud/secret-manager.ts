import { z } from 'zod';
import type { CloudCore, RunningService } from './core.js';
import { crc32c } from './crc32c.js';
import { googleService } from './google-protos.js';
import { startGrpcService, type GrpcCaller } from './grpc-service.js';
import { conditionNotMet, invalid, Problem } from './problem.js';

interface Version {
  readonly data: Buffer;
  state: 'ENABLED' | 'DISABLED' | 'DESTROYED';
}

/** Secrets of all projects and their versions. */
export class SecretStore {
  readonly #secrets = new Map<string, Version[]>();

  /** Adds a version to a secret, which is made if it is not there. @returns the number of the version, from 1 on */
  addVersion(projectNumber: string, secretId: string, data: Uint8Array): number {
    const key = `${projectNumber}/${secretId}`;
    const versions = this.#secrets.get(key) ?? [];
    versions.push({ data: Buffer.from(data), state: 'ENABLED' });
    this.#secrets.set(key, versions);
    return versions.length;
  }

  /** Disables a version, or enables it again. @throws Problem 404 */
  setState(projectNumber: string, secretId: string, version: number, state: Version['state']): void {
    this.find(projectNumber, secretId, String(version)).version.state = state;
  }

  /** `latest` is the newest version whatever its state, as in the real service. @throws Problem 404 */
  find(projectNumber: string, secretId: string, wanted: string): { readonly version: Version; readonly number: number } {
    const versions = this.#secrets.get(`${projectNumber}/${secretId}`) ?? [];
    const number = wanted === 'latest' ? versions.length : Number(wanted);
    const version = versions[number - 1];
    if (version !== undefined) return { version, number };
    throw new Problem(404, 'notFound', `Secret [projects/${projectNumber}/secrets/${secretId}] not found or has no versions.`);
  }
}

const requestSchema = z.object({ name: z.string() });
const nameSyntax = /^projects\/([^/]+)\/secrets\/([A-Za-z0-9_-]{1,255})\/versions\/(latest|[1-9][0-9]{0,9})$/;
const permission = 'secretmanager.versions.access';

/** Secret Manager over gRPC: AccessSecretVersion. @see https://cloud.google.com/secret-manager/docs/reference/rpc */
export const startSecretManager = (core: CloudCore, secrets: SecretStore): Promise<RunningService> =>
  startGrpcService({
    core,
    api: 'secretManager',
    definition: googleService('@google-cloud/secret-manager', 'google.cloud.secretmanager.v1.SecretManagerService'),
    handlers: { AccessSecretVersion: (request, caller) => access(core, secrets, request, caller) },
  });

function access(core: CloudCore, secrets: SecretStore, request: unknown, caller: GrpcCaller): object {
  const { name } = requestSchema.parse(request);
  const match = nameSyntax.exec(name);
  if (match === null) throw invalid('The provided name is not a secret version.');
  const [, projectName = '', secretId = '', wanted = ''] = match;
  const project = core.projects.find(projectName);
  if (project === undefined)
    throw new Problem(403, 'forbidden', `Permission '${permission}' denied for resource '${name}' (or it may not exist).`);
  caller.require(project.id, permission, name);
  const { version, number } = secrets.find(project.number, secretId, wanted);
  const fullName = `projects/${project.number}/secrets/${secretId}/versions/${number}`;
  if (version.state !== 'ENABLED') throw conditionNotMet(`Secret Version [${fullName}] is in ${version.state} state.`);
  return { name: fullName, payload: { data: version.data, dataCrc32c: String(crc32c(version.data)) } };
}
