import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import protobuf from 'protobufjs';
import { ImageError } from './failure.js';

const schemaFile = 'health/v1/health.proto';

/**
 * grpc-health-check reads its .proto file from its own folder when it is loaded. A bundle has no such folder: here the
 * schema is read instead, and put in as the JSON that proto-loader takes.
 */
export const embedHealthSchema: Plugin = {
  name: 'embed-health-schema',
  setup: (build) => {
    build.onLoad({ filter: /[\\/]grpc-health-check[\\/]build[\\/]src[\\/]health\.js$/ }, ({ path }) => {
      const schema = new protobuf.Root().loadSync(join(path, '../../../proto', schemaFile), { keepCase: true }).toJSON();
      return { contents: embed(readFileSync(path, 'utf8'), JSON.stringify(schema)), loader: 'js' };
    });
  },
};

function embed(source: string, schema: string): string {
  const places = [
    [`loadSync)('${schemaFile}', {`, `fromJSON)(${schema}, {`],
    ['includeDirs: [`${__dirname}/../../proto`],', ''],
    [`path.resolve(__dirname, '../../proto/${schemaFile}')`, `'${schemaFile}'`],
  ] as const;
  return places.reduce((text, [from, to]) => {
    if (text.split(from).length !== 2) throw new ImageError(`grpc-health-check has changed: ${from} is not there once; look at it anew`);
    return text.replace(from, () => to);
  }, source);
}
