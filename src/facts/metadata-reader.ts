import { z } from 'zod';
import { AppError } from '../base/index.js';
import { readAnswer } from './answer.js';
import type { Metadata } from './instance.js';

/** `metadata` of an instance and `commonInstanceMetadata` of a project. A key without a value is legal. */
export const metadataSchema = z.object({
  items: z.array(z.object({ key: z.string().min(1), value: z.string().optional() })).optional(),
});

/**
 * Metadata as instances and projects carry it: `{items: [{key, value?}]}`.
 * @throws AppError CLOUD_UNAVAILABLE for another shape, or a key that is there twice (which one the guest sees is not defined).
 * @see https://cloud.google.com/compute/docs/reference/rest/v1/instances (metadata)
 */
export function parseMetadataItems(raw: unknown, what = 'metadata'): Metadata {
  return metadataMap(readAnswer(metadataSchema, raw, what), what);
}

/** The map of a list that was read with `metadataSchema`. */
export function metadataMap(metadata: z.infer<typeof metadataSchema>, what: string): Metadata {
  const map = new Map<string, string | undefined>();
  for (const { key, value } of metadata.items ?? []) {
    if (map.has(key)) throw new AppError('CLOUD_UNAVAILABLE', `the answer of ${what} does not parse: a metadata key is there twice`);
    map.set(key, value);
  }
  return map;
}

const zoneSettings = z.object({
  fingerprint: z.string().min(1),
  metadata: z.object({ items: z.record(z.string().min(1), z.string()).optional() }).optional(),
});

/**
 * Metadata at zone level, from instanceSettings.get: here `items` is an object, not a list.
 * @throws AppError CLOUD_UNAVAILABLE
 * @see https://cloud.google.com/compute/docs/reference/rest/v1/instanceSettings
 */
export function parseZoneMetadata(raw: unknown): Metadata {
  return new Map(Object.entries(readAnswer(zoneSettings, raw, 'instanceSettings.get').metadata?.items ?? {}));
}
