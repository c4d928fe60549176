import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';

/**
 * A gRPC service as Google's own client package describes it. Only the description is read; no code of the package runs.
 * Messages are plain objects: camelCase, bytes as Buffer, 64-bit integers and enums as text, absent members with defaults.
 * @param packageName for example `@google-cloud/kms`
 * @param file name of the description in the package
 */
export function googleService(packageName: string, serviceName: string, file = 'protos.json'): ServiceDefinition {
  const path = join(dirname(require.resolve(`${packageName}/package.json`)), 'build/protos', file);
  const description = JSON.parse(readFileSync(path, 'utf8')) as Parameters<typeof fromJSON>[0];
  const definition = fromJSON(description, { longs: String, enums: String, defaults: true, oneofs: true })[serviceName];
  if (definition === undefined || 'format' in definition) throw new Error(`${packageName} has no service ${serviceName}`);
  return definition as ServiceDefinition;
}
