import type { ComputeStore } from './compute-store.js';
import type { Projects, Project } from './projects.js';
import type { HttpRequest, Route } from './http-service.js';
import { instanceJson } from './instance-json.js';
import type { MachineTpm } from './machine.js';
import { operationJson, type Operations } from './operations.js';
import { invalid, notFound } from './problem.js';
import { diskJson, imageJson, instanceSettingsJson, projectJson } from './resource-json.js';

export interface ComputeWorld {
  readonly projects: Projects;
  readonly store: ComputeStore;
  readonly operations: Operations;
  readonly tpms: ReadonlyMap<string, MachineTpm>;
}

const project = '/compute/:version/projects/:project';
const zone = `${project}/zones/:zone`;

/** The GET methods of Compute, and operations' wait. @see https://cloud.google.com/compute/docs/reference/rest/v1 */
export function computeReads(world: ComputeWorld): readonly Route[] {
  const { store } = world;
  return [
    {
      method: 'GET',
      path: project,
      handle: (request) => ({ json: projectJson(allowed(world, request, 'compute.projects.get', ''), store) }),
    },
    {
      method: 'GET',
      path: `${zone}/instances/:instance`,
      handle: (request) => ({ json: instanceJson(instanceFor(world, request, 'compute.instances.get'), store) }),
    },
    {
      method: 'GET',
      path: `${zone}/instances/:instance/getShieldedInstanceIdentity`,
      handle: (request) => ({ json: identityJson(world, request) }),
    },
    {
      method: 'GET',
      path: `${zone}/disks/:disk`,
      handle: (request) => {
        const { zone: zoneName = '', disk = '' } = request.params;
        const { id } = allowed(world, request, 'compute.disks.get', `/zones/${zoneName}/disks/${disk}`);
        return { json: diskJson(store.disk(id, zoneName, disk), store) };
      },
    },
    { method: 'GET', path: `${project}/global/images/:image`, handle: (request) => ({ json: image(world, request) }) },
    {
      method: 'GET',
      path: `${zone}/instanceSettings`,
      handle: (request) => {
        const { zone: zoneName = '' } = request.params;
        const { id } = allowed(world, request, 'compute.instanceSettings.get', `/zones/${zoneName}`);
        return { json: instanceSettingsJson(id, zoneName, store) };
      },
    },
    ...operationRoutes(world),
  ];
}

function operationRoutes(world: ComputeWorld): readonly Route[] {
  const find = (request: HttpRequest) => {
    const { zone: zoneName, operation = '' } = request.params;
    const service = zoneName === undefined ? 'globalOperations' : 'zoneOperations';
    const { id } = allowed(world, request, `compute.${service}.get`, `/operations/${operation}`);
    return world.operations.find(id, zoneName, operation);
  };
  const places = [`${zone}/operations/:operation`, `${project}/global/operations/:operation`];
  return places.flatMap((path): readonly Route[] => [
    { method: 'GET', path, handle: (request) => ({ json: operationJson(find(request)) }) },
    {
      method: 'POST',
      path: `${path}/wait`,
      handle: async (request) => {
        const operation = find(request);
        await operation.done;
        return { json: operationJson(operation) };
      },
    },
  ]);
}

/** The project named in the path, if the caller holds the permission there. @throws Problem 403, 404 */
function allowed(world: Pick<ComputeWorld, 'projects'>, request: HttpRequest, permission: string, suffix: string): Project {
  const found = projectOf(world, request);
  request.require(found.id, permission, `projects/${found.id}${suffix}`);
  return found;
}

/** The project named in the path of an API version that exists. @throws Problem 404 */
export function projectOf(world: Pick<ComputeWorld, 'projects'>, request: HttpRequest): Project {
  const { version = '', project: name = '' } = request.params;
  if (!['v1', 'beta', 'alpha'].includes(version)) throw notFound(request.path);
  const found = world.projects.find(name);
  if (found === undefined) throw notFound(`projects/${name}`);
  return found;
}

function instanceFor(world: ComputeWorld, request: HttpRequest, permission: string) {
  const { zone: zoneName = '', instance = '' } = request.params;
  const { id } = allowed(world, request, permission, `/zones/${zoneName}/instances/${instance}`);
  return world.store.instance(id, zoneName, instance);
}

function identityJson(world: ComputeWorld, request: HttpRequest) {
  const instance = instanceFor(world, request, 'compute.instances.getShieldedInstanceIdentity');
  const keys = world.tpms.get(instance.id)?.keys;
  if (keys === undefined || !instance.shielded.enableVtpm) {
    throw invalid(`Instance '${instance.name}' has no shielded instance identity: its vTPM is not enabled.`);
  }
  return {
    kind: 'compute#shieldedInstanceIdentity',
    signingKey: { ekPub: keys.akRsa },
    encryptionKey: { ekPub: keys.ekRsa },
    eccP256SigningKey: { ekPub: keys.akEcc },
    eccP256EncryptionKey: { ekPub: keys.ekEcc },
  };
}

/** Images of the public image projects are open to every account. */
function image(world: ComputeWorld, request: HttpRequest) {
  const { image: name = '' } = request.params;
  const { id } = projectOf(world, request);
  if (!publicImageProjects.has(id)) request.require(id, 'compute.images.get', `projects/${id}/global/images/${name}`);
  return imageJson(world.store.image(id, name));
}

const publicImageProjects: ReadonlySet<string> = new Set(['cos-cloud']);
