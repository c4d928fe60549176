import { z } from 'zod';
import type { HttpRequest } from './http-service.js';
import { lastSegment } from './ids.js';
import { isJsonObject } from './json.js';
import type { VmSpec } from './insert-act.js';
import { invalid } from './problem.js';

const item = z.strictObject({ key: z.string().regex(/^[a-zA-Z0-9_-]{1,128}$/), value: z.string() });

export const metadataBody = z.strictObject({
  kind: z.string().optional(),
  fingerprint: z.string().optional(),
  items: z.array(item).default([]),
});

export const instanceSettingsBody = z.strictObject({
  kind: z.string().optional(),
  zone: z.string().optional(),
  fingerprint: z.string().optional(),
  metadata: z
    .strictObject({ kind: z.string().optional(), items: z.record(z.string(), z.string().nullable()).default({}) })
    .default({ items: {} }),
});

export const attachDiskBody = z.strictObject({
  source: z.string(),
  deviceName: z.string().optional(),
  mode: z.enum(['READ_WRITE', 'READ_ONLY']).default('READ_WRITE'),
  autoDelete: z.boolean().default(false),
  boot: z.boolean().default(false),
});

export const serviceAccountBody = z.strictObject({ email: z.string().optional(), scopes: z.array(z.string()).default([]) });

export const shieldedBody = z.strictObject({
  enableSecureBoot: z.boolean().optional(),
  enableVtpm: z.boolean().optional(),
  enableIntegrityMonitoring: z.boolean().optional(),
});

export const labelsBody = z.strictObject({ labels: z.record(z.string(), z.string()).default({}), labelFingerprint: z.string().optional() });

export const machineTypeBody = z.strictObject({ machineType: z.string() });

export const diskBody = z.strictObject({ name: z.string(), sizeGb: z.string().optional(), sourceImage: z.string().optional() });

const bootDiskBody = z.strictObject({
  boot: z.boolean().optional(),
  autoDelete: z.boolean().optional(),
  type: z.string().optional(),
  mode: z.string().optional(),
  deviceName: z.string().optional(),
  initializeParams: z.strictObject({
    sourceImage: z.string().optional(),
    diskName: z.string().optional(),
    diskSizeGb: z.string().optional(),
  }),
});

export const instanceBody = z.strictObject({
  name: z.string().regex(/^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/),
  machineType: z.string(),
  disks: z.array(bootDiskBody).min(1),
  networkInterfaces: z
    .array(z.strictObject({ network: z.string().optional(), subnetwork: z.string().optional(), networkIP: z.string().optional() }))
    .max(1)
    .default([]),
  metadata: metadataBody.optional(),
  labels: z.record(z.string(), z.string()).optional(),
  serviceAccounts: z.array(serviceAccountBody).max(1).default([]),
  shieldedInstanceConfig: shieldedBody.optional(),
  confidentialInstanceConfig: z
    .strictObject({
      enableConfidentialCompute: z.boolean().optional(),
      confidentialInstanceType: z.enum(['SEV', 'SEV_SNP', 'TDX']).optional(),
    })
    .optional(),
});

/** Reads a request body strictly; empty lists and maps count as absent, as in the JSON form of protocol buffers. @throws Problem 400 that names the first field in error */
export function readBody<T extends z.ZodType>(schema: T, request: HttpRequest): z.infer<T> {
  const parsed = schema.safeParse(withoutEmpty(request.body ?? {}));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(`Invalid value for field 'resource.${issue?.path.join('.') ?? ''}': ${issue?.message ?? ''}`);
}

function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (!isJsonObject(value)) return value;
  const isEmpty = (member: unknown): boolean => (isJsonObject(member) || Array.isArray(member)) && Object.keys(member).length === 0;
  const members = Object.entries(value).filter(([, member]) => !isEmpty(member));
  return Object.fromEntries(members.map(([name, member]) => [name, withoutEmpty(member)]));
}

/** An insert body as the world's own description of a VM. @throws Problem 400 when the first disk has no source image */
export function specOf(body: z.infer<typeof instanceBody>, project: string, zone: string): VmSpec {
  const [boot, ...others] = body.disks;
  const bootImage = boot?.initializeParams.sourceImage;
  if (bootImage === undefined) throw invalid("Invalid value for field 'resource.disks[0].initializeParams.sourceImage': ''.");
  const networkIP = body.networkInterfaces[0]?.networkIP;
  const confidential = body.confidentialInstanceConfig?.confidentialInstanceType;
  return {
    project,
    zone,
    name: body.name,
    machineType: lastSegment(body.machineType),
    serviceAccount: body.serviceAccounts[0]?.email,
    metadata: Object.fromEntries(body.metadata?.items.map(({ key, value }) => [key, value]) ?? []),
    ...(body.labels === undefined ? {} : { labels: body.labels }),
    bootImage,
    disks: others.map((disk, index) => ({ name: disk.initializeParams.diskName ?? `${body.name}-${index + 1}` })),
    ...(networkIP === undefined ? {} : { networkIP }),
    shielded: definedOnly(body.shieldedInstanceConfig ?? {}),
    ...(confidential === undefined ? {} : { confidential }),
  };
}

/** Leaves out members that are undefined. */
export const definedOnly = (settings: z.infer<typeof shieldedBody>): { [K in keyof typeof settings]?: boolean } =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as { [K in keyof typeof settings]?: boolean };
