import { z } from 'zod';
import { decimalId, instantSeconds, ownSecureBootKeys, readAnswer } from './answer.js';
import type { DiskFacts, ImageFacts } from './instance.js';

const diskSchema = z.object({
  id: decimalId,
  name: z.string().min(1),
  sourceImage: z.string().optional(),
  sourceImageId: decimalId.optional(),
  sourceSnapshot: z.string().optional(),
  sourceInstantSnapshot: z.string().optional(),
  sourceDisk: z.string().optional(),
  creationTimestamp: instantSeconds,
  lastAttachTimestamp: instantSeconds.optional(),
  lastDetachTimestamp: instantSeconds.optional(),
  accessMode: z.string().optional(),
  users: z.array(z.string()).default([]),
  asyncPrimaryDisk: z.unknown().optional(),
  asyncSecondaryDisks: z.record(z.string(), z.unknown()).default({}),
  replicaZones: z.array(z.string()).default([]),
});

/**
 * Reads the raw JSON of disks.get. An instant snapshot counts as a snapshot; a disk is `replicated` when another disk
 * receives its bytes or feeds it (asynchronous replication) or when it lives in two zones.
 * @throws AppError CLOUD_UNAVAILABLE
 * @see https://cloud.google.com/compute/docs/reference/rest/v1/disks
 */
export function parseDisk(raw: unknown): DiskFacts {
  const disk = readAnswer(diskSchema, raw, 'disks.get');
  return {
    id: disk.id,
    name: disk.name,
    sourceImage: disk.sourceImage,
    sourceImageId: disk.sourceImageId,
    sourceSnapshot: disk.sourceSnapshot ?? disk.sourceInstantSnapshot,
    sourceDisk: disk.sourceDisk,
    createdAtSeconds: disk.creationTimestamp,
    lastAttachSeconds: disk.lastAttachTimestamp,
    lastDetachSeconds: disk.lastDetachTimestamp,
    accessMode: disk.accessMode,
    users: disk.users,
    replicated: disk.asyncPrimaryDisk !== undefined || Object.keys(disk.asyncSecondaryDisks).length > 0 || disk.replicaZones.length > 0,
  };
}

const imageSchema = z.object({ id: decimalId, name: z.string().min(1), shieldedInstanceInitialState: ownSecureBootKeys });

/**
 * Reads the raw JSON of images.get.
 * @param project the project that was asked; the answer itself does not carry it as a member.
 * @throws AppError CLOUD_UNAVAILABLE
 */
export function parseImage(raw: unknown, project: string): ImageFacts {
  const image = readAnswer(imageSchema, raw, 'images.get');
  return { id: image.id, name: image.name, project, hasOwnSecureBootKeys: image.shieldedInstanceInitialState };
}
