import { AppError, onceForEach } from '../base/index.js';
import {
  absent,
  found,
  parseDisk,
  parseImage,
  parseInstance,
  parseMetadataItems,
  parseZoneMetadata,
  readAnswer,
  type Lookup,
  type Metadata,
} from '../facts/index.js';
import { z } from 'zod';
import type { ComputeReader } from './cloud.js';
import { callRest, type Authorise, type KnownAnswers } from './http.js';
import { SameBytes } from './same-bytes.js';
import type { Turns } from './turns.js';
import { openShieldedIdentityReader, readIdentity, type ShieldedIdentityOptions } from './shielded-identity.js';

const maxAnswerBytes = 1024 * 1024;
/** In bytes. A VM, its disks and the keys of its TPM take some twelve thousand. */
const roomForKnown = 8 * 1024 * 1024;
/** `kind` and `name` are in every answer: without them, an empty object would be a project without metadata. */
const commonMetadata = z.object({ kind: z.literal('compute#project'), name: z.string().min(1), commonInstanceMetadata: z.unknown() });

export interface ComputeOptions extends ShieldedIdentityOptions {
  /** `https://compute.googleapis.com`, or the base URL of local mode. */
  readonly baseUrl: string;
  readonly authorise: Authorise;
  /** Ask for the keys of a vTPM through Google's Compute client; else by a plain request. */
  readonly throughClient: boolean;
  /** Projects take turns. */
  readonly turns: Turns;
}

/**
 * Compute Engine v1. Reads the raw JSON: Google's typed client drops the members that it does not know, and those are the
 * ones to look at.
 */
export function openCompute(options: ComputeOptions): ComputeReader & { close(): Promise<void> } {
  const known: KnownAnswers = new SameBytes(roomForKnown);
  const read = (segments: readonly string[], what: string, signal: AbortSignal | undefined): Promise<Lookup<unknown>> =>
    options.turns.run(
      segments[0] ?? '',
      what,
      () =>
        callRest(options.authorise, {
          what,
          permission: `compute.${what}`,
          url: `${options.baseUrl.replace(/\/$/, '')}/compute/v1/projects/${segments.map(pathSegment).join('/')}`,
          deadlineMs: options.deadlineMs,
          maxAnswerBytes,
          known,
          signal,
        }),
      signal,
    );
  const client = options.throughClient ? openShieldedIdentityReader(options) : undefined;
  return {
    instance: async (project, zone, nameOrId, signal) =>
      mapFound(await read([project, 'zones', zone, 'instances', nameOrId], 'instances.get', signal), instanceOf),
    disk: async (project, zone, name, signal) => mapFound(await read([project, 'zones', zone, 'disks', name], 'disks.get', signal), diskOf),
    image: async (project, name, signal) =>
      mapFound(await read([project, 'global', 'images', name], 'images.get', signal), (raw) => parseImage(raw, project)),
    projectMetadata: async (project, signal) => mapFound(await read([project], 'projects.get', signal), projectMetadataOf),
    zoneMetadata: async (project, zone, signal) =>
      mapFound(await read([project, 'zones', zone, 'instanceSettings'], 'instanceSettings.get', signal), zoneMetadataOf),
    projectNumber: async (project, signal) => {
      const answer = await read([project], 'projects.get', signal);
      return answer.kind === 'found' ? projectNumberOf(answer.value) : answer;
    },
    shieldedIdentity: async (project, zone, instanceId, signal) => {
      if (client !== undefined) return client.read(project, zone, instanceId, signal);
      const segments = [project, 'zones', zone, 'instances', instanceId, 'getShieldedInstanceIdentity'];
      return mapFound(await read(segments, 'instances.getShieldedInstanceIdentity', signal), identityOf);
    },
    close: async () => client?.close(),
  };
}

/** Reads an answer that came in the same bytes as before no second time. */
function readOnce<T>(read: (raw: unknown) => T): (raw: unknown) => T {
  const once = onceForEach<object, T>(read);
  return (raw) => (typeof raw === 'object' && raw !== null ? once(raw) : read(raw));
}

const instanceOf = readOnce(parseInstance);
const diskOf = readOnce(parseDisk);
const zoneMetadataOf = readOnce(parseZoneMetadata);
const identityOf = readOnce(readIdentity);
const projectMetadataOf = readOnce((raw: unknown): Metadata =>
  parseMetadataItems(readAnswer(commonMetadata, raw, 'projects.get').commonInstanceMetadata, 'projects.get'),
);

const defaultAccount = z.object({ defaultServiceAccount: z.string().optional() });

/** The default service account is `NUMBER-compute@developer.gserviceaccount.com`; `id` of this answer is not the number. */
function projectNumberOf(raw: unknown): Lookup<string> {
  const { defaultServiceAccount = '' } = readAnswer(defaultAccount, raw, 'projects.get');
  const number = /^([0-9]{1,20})-compute@developer\.gserviceaccount\.com$/.exec(defaultServiceAccount)?.[1];
  return number === undefined ? absent : found(number);
}

const mapFound = <T>(lookup: Lookup<unknown>, parse: (raw: unknown) => T): Lookup<T> =>
  lookup.kind === 'found' ? found(parse(lookup.value)) : lookup;

/** One segment of a path. @throws AppError INTERNAL for a text that could name another resource. */
function pathSegment(text: string): string {
  if (!/^(?!\.{1,2}$)[A-Za-z0-9._:-]{1,128}$/.test(text))
    throw new AppError('INTERNAL', 'a project, zone or resource name has characters that none can have');
  return encodeURIComponent(text);
}
