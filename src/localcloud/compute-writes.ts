import type { z } from 'zod';
import {
  attachDiskBody,
  definedOnly,
  diskBody,
  instanceBody,
  instanceSettingsBody,
  labelsBody,
  machineTypeBody,
  metadataBody,
  readBody,
  serviceAccountBody,
  shieldedBody,
  specOf,
} from './compute-bodies.js';
import type { ActOptions } from './compute-call.js';
import { projectOf, type ComputeWorld } from './compute-reads.js';
import type { ConfigActs } from './config-acts.js';
import type { HttpReply, HttpRequest, Route } from './http-service.js';
import { lastSegment, resourceNameOf } from './ids.js';
import type { InsertAct } from './insert-act.js';
import type { MetadataActs } from './metadata-acts.js';
import { operationJson, type Operation } from './operations.js';
import type { PowerActs } from './power-acts.js';
import type { ImageState, InstanceState } from './resources.js';

/** Everything that can be done to Compute resources. */
export interface ComputeActs {
  readonly insert: InsertAct;
  readonly power: PowerActs;
  readonly config: ConfigActs;
  readonly metadata: MetadataActs;
}

const project = '/compute/:version/projects/:project';
const zone = `${project}/zones/:zone`;
const instancePath = `${zone}/instances/:instance`;

/** The mutating methods of Compute, by the same acts as the Vm object's. @see https://cloud.google.com/compute/docs/reference/rest/v1 */
export function computeWrites(world: ComputeWorld, acts: ComputeActs): readonly Route[] {
  return [...metadataRoutes(world, acts), ...powerRoutes(world, acts), ...configRoutes(world, acts), ...diskRoutes(world, acts)];
}

function metadataRoutes(world: ComputeWorld, acts: ComputeActs): readonly Route[] {
  const editOf = (body: z.infer<typeof metadataBody>) => ({
    items: new Map(body.items.map(({ key, value }) => [key, value])),
    fingerprint: body.fingerprint,
  });
  return [
    mutation('POST', `${instancePath}/setMetadata`, (request) =>
      acts.metadata.setInstance(instanceOf(world, request), editOf(readBody(metadataBody, request)), by(request)),
    ),
    mutation('POST', `${project}/setCommonInstanceMetadata`, (request) =>
      acts.metadata.setProject(projectOf(world, request), editOf(readBody(metadataBody, request)), by(request)),
    ),
    mutation(
      'PATCH',
      `${zone}/instanceSettings`,
      (request) => {
        const body = readBody(instanceSettingsBody, request);
        const patch = new Map(Object.entries(body.metadata.items));
        return acts.metadata.patchZone(projectOf(world, request), request.params['zone'] ?? '', patch, body.fingerprint, by(request));
      },
      ['updateMask'],
    ),
  ];
}

function powerRoutes(world: ComputeWorld, acts: ComputeActs): readonly Route[] {
  return [
    mutation('POST', `${instancePath}/stop`, (request) => acts.power.stop(instanceOf(world, request), by(request)), ['discardLocalSsd']),
    mutation('POST', `${instancePath}/start`, (request) => acts.power.start(instanceOf(world, request), by(request))),
    mutation('POST', `${instancePath}/reset`, (request) => acts.power.reset(instanceOf(world, request), by(request))),
    mutation('POST', `${instancePath}/suspend`, (request) => acts.power.suspend(instanceOf(world, request), by(request))),
    mutation('POST', `${instancePath}/resume`, (request) => acts.power.resume(instanceOf(world, request), by(request))),
    mutation('DELETE', instancePath, (request) => acts.power.delete(instanceOf(world, request), by(request))),
    mutation('POST', `${zone}/instances`, (request) => {
      const spec = specOf(readBody(instanceBody, request), projectOf(world, request).id, request.params['zone'] ?? '');
      return acts.insert.insert(spec, by(request)).operation;
    }),
  ];
}

function configRoutes(world: ComputeWorld, acts: ComputeActs): readonly Route[] {
  return [
    mutation('POST', `${instancePath}/setServiceAccount`, (request) => {
      const { email, scopes } = readBody(serviceAccountBody, request);
      const account = email === undefined ? undefined : { email, scopes };
      return acts.config.setServiceAccount(instanceOf(world, request), account, by(request));
    }),
    mutation('PATCH', `${instancePath}/updateShieldedInstanceConfig`, (request) =>
      acts.config.setShielded(instanceOf(world, request), definedOnly(readBody(shieldedBody, request)), by(request)),
    ),
    mutation('POST', `${instancePath}/setLabels`, (request) => {
      const { labels, labelFingerprint } = readBody(labelsBody, request);
      return acts.config.setLabels(instanceOf(world, request), new Map(Object.entries(labels)), labelFingerprint, by(request));
    }),
    mutation('POST', `${instancePath}/setMachineType`, (request) =>
      acts.config.setMachineType(instanceOf(world, request), lastSegment(readBody(machineTypeBody, request).machineType), by(request)),
    ),
  ];
}

function diskRoutes(world: ComputeWorld, acts: ComputeActs): readonly Route[] {
  return [
    mutation(
      'POST',
      `${instancePath}/attachDisk`,
      (request) => {
        const instance = instanceOf(world, request);
        const body = readBody(attachDiskBody, request);
        const disk = world.store.disk(instance.project, instance.zone, lastSegment(body.source));
        const deviceName = body.deviceName ?? `persistent-disk-${instance.attachments.length}`;
        return acts.config.attachDisk(instance, { ...body, disk, deviceName }, by(request));
      },
      ['forceAttach'],
    ),
    mutation(
      'POST',
      `${instancePath}/detachDisk`,
      (request) => acts.config.detachDisk(instanceOf(world, request), request.query.get('deviceName') ?? '', by(request)),
      ['deviceName'],
    ),
    mutation('POST', `${zone}/disks`, (request) => {
      const { name, sourceImage } = readBody(diskBody, request);
      const source = sourceImage === undefined ? {} : { sourceImage: imageAt(world, sourceImage) };
      const place = { project: projectOf(world, request).id, zone: request.params['zone'] ?? '' };
      return acts.config.insertDisk({ ...place, name, ...source }, by(request)).operation;
    }),
    mutation('POST', `${zone}/disks/:disk/createSnapshot`, (request) => {
      const { zone: zoneName = '', disk = '' } = request.params;
      return acts.config.createSnapshot(world.store.disk(projectOf(world, request).id, zoneName, disk), by(request));
    }),
  ];
}

function mutation(method: Route['method'], path: string, start: (request: HttpRequest) => Operation, query: readonly string[] = []): Route {
  const handle = (request: HttpRequest): HttpReply => ({ json: operationJson(start(request)) });
  return { method, path, query: ['requestId', ...query], handle };
}

function instanceOf(world: ComputeWorld, request: HttpRequest): InstanceState {
  const { zone: zoneName = '', instance = '' } = request.params;
  return world.store.instance(projectOf(world, request).id, zoneName, instance);
}

/** @throws Problem 404 */
function imageAt(world: ComputeWorld, urlOrName: string): ImageState {
  const [, projectId = '', , , name = ''] = resourceNameOf(urlOrName)?.split('/') ?? [];
  return world.store.image(projectId, name);
}

const by = (request: HttpRequest): ActOptions => ({
  by: request.caller(),
  apiVersion: apiVersions.find((version) => version === request.params['version']) ?? 'v1',
});

const apiVersions = ['v1', 'beta', 'alpha'] as const;
