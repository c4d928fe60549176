import type { Compute } from './compute-service.js';
import type { CloudCore } from './core.js';
import type { IdentityTokens } from './identity-tokens.js';
import type { JsonObject } from './json.js';
import type { MetadataSubject } from './metadata-server.js';
import type { Principal } from './principals.js';
import type { Project } from './projects.js';
import { imageResource, type InstanceState } from './resources.js';

/** A VM as its metadata server sees it. */
export function metadataSubjectOf(core: CloudCore, compute: Compute, tokens: IdentityTokens, instance: InstanceState): MetadataSubject {
  const project = core.projects.find(instance.project) ?? { id: instance.project, number: '0' };
  const principal = (): Principal | undefined =>
    instance.serviceAccount === undefined ? undefined : core.principals.named(instance.serviceAccount.email);
  return {
    principal,
    projectId: project.id,
    projectNumber: project.number,
    machine: {
      isOn: () => instance.status === 'RUNNING',
      values: () => valuesOf(instance, project),
      projectAttributes: () => compute.store.projectMetadata(project.id).items,
      identityToken: (audience, { full, licenses }) => {
        const who = principal();
        if (who === undefined) throw new Error('no service account is attached');
        return tokens.sign({
          aud: audience,
          azp: who.uniqueId,
          sub: who.uniqueId,
          email: who.email,
          email_verified: true,
          ...(full ? { google: { compute_engine: computeEngineClaims(instance, project, licenses) } } : {}),
        });
      },
    },
  };
}

/**
 * The claims that only a metadata server makes. project_number is a JSON number, instance_id a string.
 * @see https://cloud.google.com/compute/docs/instances/verifying-instance-identity#payload
 */
const computeEngineClaims = (instance: InstanceState, project: Project, licenses: boolean): JsonObject => ({
  instance_confidentiality: instance.confidential === undefined ? 0 : 1,
  instance_creation_timestamp: Math.floor(instance.createdAt.getTime() / 1000),
  instance_id: instance.id,
  instance_name: instance.name,
  ...(licenses ? { license_id: ['1001010', '166739712233658766'] } : {}),
  project_id: project.id,
  project_number: Number(project.number),
  zone: instance.zone,
});

/** Below `instance/`. */
function valuesOf(instance: InstanceState, project: Project): ReadonlyMap<string, string> {
  const image = instance.attachments.find((each) => each.boot)?.disk.sourceImage;
  const values = new Map([
    ['id', instance.id],
    ['name', instance.name],
    ['hostname', `${instance.name}.${instance.zone}.c.${project.id}.internal`],
    ['zone', `projects/${project.number}/zones/${instance.zone}`],
    ['machine-type', `projects/${project.number}/machineTypes/${instance.machineType}`],
    ['cpu-platform', instance.cpuPlatform],
    ['image', image === undefined ? '' : imageResource(image)],
    ['network-interfaces/0/ip', instance.networkIP],
    ['attributes/', [...instance.metadata.items.keys()].map((key) => `${key}\n`).join('')],
  ]);
  for (const [key, value] of instance.metadata.items) values.set(`attributes/${key}`, value);
  return values;
}
