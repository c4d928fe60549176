// A provider that has schemas and no cloud: enough for `terraform validate`, and for `terraform test` with mock_provider. Terraform
// is told of it by TF_REATTACH_PROVIDERS, as of a provider that runs under a debugger, and so looks for none in a registry.
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { Server, ServerCredentials, loadPackageDefinition, status } = require('@grpc/grpc-js');
const { loadSync } = require('@grpc/proto-loader');
const { decode } = require('./msgpack.cjs');
const { readProviders } = require('./schema.cjs');

/**
 * Starts one provider for each folder of schemas/, on sockets of their own.
 * `reattach` is the value of TF_REATTACH_PROVIDERS; `close` ends them and removes the sockets.
 * @see https://developer.hashicorp.com/terraform/plugin/debugging
 */
async function startProviders() {
  const folder = mkdtempSync(join(tmpdir(), 'stub-provider-'));
  const servers = [];
  const reattach = {};
  for (const [address, provider] of readProviders()) {
    const path = join(folder, `${servers.length}.sock`);
    servers.push(await serve(provider, path));
    reattach[address] = { Protocol: 'grpc', ProtocolVersion: 6, Pid: process.pid, Test: true, Addr: { Network: 'unix', String: path } };
  }
  const close = () => {
    for (const server of servers) server.forceShutdown();
    rmSync(folder, { recursive: true, force: true });
  };
  return { reattach: JSON.stringify(reattach), close };
}

const { tfplugin6 } = loadPackageDefinition(
  loadSync(join(__dirname, 'tfplugin6.proto'), { keepCase: false, longs: Number, enums: String, defaults: true }),
);

async function serve({ schema, resources, data }, path) {
  const server = new Server();
  const answer = (make) => (call, callback) => {
    try {
      callback(null, make(call.request));
    } catch (error) {
      callback({ code: status.INTERNAL, details: `stub provider: ${error.stack}` });
    }
  };
  // Terraform asks for the schema many times: its bytes are made once.
  const { GetProviderSchema, ...others } = tfplugin6.Provider.service;
  const bytes = GetProviderSchema.responseSerialize(schema);
  server.addService(
    { ...others, GetProviderSchema: { ...GetProviderSchema, responseSerialize: () => bytes } },
    {
      GetProviderSchema: answer(() => schema),
      ValidateProviderConfig: answer(() => ({})),
      ValidateResourceConfig: answer(({ typeName, config }) => check(resources[typeName], config)),
      ValidateDataResourceConfig: answer(({ typeName, config }) => check(data[typeName], config)),
      ConfigureProvider: answer(() => ({})),
      StopProvider: answer(() => ({})),
    },
  );
  await new Promise((resolve, reject) => {
    server.bindAsync(`unix:${path}`, ServerCredentials.createInsecure(), (error) => (error === null ? resolve() : reject(error)));
  });
  return server;
}

/** What a schema cannot say: has each attribute a value that the service knows? Terraform itself checks names, types and nesting. */
function check({ allowed }, config) {
  const wrong = findWrong(allowed, decode(config.msgpack), []);
  return { diagnostics: wrong.map((detail) => ({ severity: 'ERROR', summary: 'a value that the service does not know', detail })) };
}

function findWrong(allowed, value, path) {
  return Object.entries(allowed).flatMap(([name, rule]) => {
    const found = value[name];
    if (found === null || found === undefined) return [];
    if (!Array.isArray(rule)) return found.flatMap((inner) => findWrong(rule, inner, [...path, name]));
    return rule.includes(found) ? [] : [`${[...path, name].join('.')} = ${JSON.stringify(found)}, not one of ${rule.join(', ')}`];
  });
}

module.exports = { startProviders };
