import {
  Metadata,
  Server,
  ServerCredentials,
  status,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { messageOf } from '../base/index.js';
import type { CloudCore, RunningService } from './core.js';
import type { ActiveFault, Api } from './faults.js';
import type { Principal } from './principals.js';
import { forbidden, grpcCodeOf, Problem, unauthenticated } from './problem.js';

/** Who calls, and whether a `stale` fault hit. */
export interface GrpcCaller {
  readonly principal: Principal;
  readonly staleSince: Date | undefined;
  /** @throws Problem 403 (PERMISSION_DENIED) in Google's words when the caller lacks the permission in the project. */
  require(projectId: string, permission: string, resource: string): void;
}

/** A unary method. It may throw a Problem, which becomes the gRPC status of its HTTP status. */
export type GrpcHandler = (request: unknown, caller: GrpcCaller) => object | Promise<object>;

export interface GrpcServiceOptions {
  readonly core: CloudCore;
  readonly api: Api;
  readonly definition: ServiceDefinition;
  /** By method name as in the service definition's keys; methods that are missing answer UNIMPLEMENTED. */
  readonly handlers: Readonly<Record<string, GrpcHandler>>;
}

/** Serves unary methods over plaintext gRPC on a free port of 127.0.0.1: faults first, then bearer token, then the handler. */
export async function startGrpcService(options: GrpcServiceOptions): Promise<RunningService> {
  const server = new Server();
  const implementation: UntypedServiceImplementation = {};
  for (const [name, handler] of Object.entries(options.handlers)) {
    const method = options.definition[name];
    if (method === undefined) throw new Error(`the service has no method ${name}`);
    implementation[name] = (call: ServerUnaryCall<unknown, object>, callback: sendUnaryData<object>): void => {
      serve(options, method, handler, call).then(
        (reply) => {
          if (reply !== undefined) callback(null, reply);
        },
        (error: unknown) => callback(statusOf(error)),
      );
    };
  }
  server.addService(withRawAnswers(options.definition), implementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return {
    address: `127.0.0.1:${port}`,
    close: () => {
      server.forceShutdown();
      return Promise.resolve();
    },
  };
}

/** The same service, which sends an answer that is bytes already as it is. */
function withRawAnswers(definition: ServiceDefinition): ServiceDefinition {
  const methods = Object.entries(definition).map(([name, method]) => [
    name,
    {
      ...method,
      responseSerialize: (reply: unknown): Buffer => (Buffer.isBuffer(reply) ? reply : method.responseSerialize(reply)),
    },
  ]);
  return Object.fromEntries(methods) as ServiceDefinition;
}

/** A field 1 of wire type varint: no message of these services has one. */
const otherMessage = Buffer.from([0x08, 0x07]);

/** Undefined means: never answer. */
async function serve(
  options: GrpcServiceOptions,
  method: ServiceDefinition[string],
  handler: GrpcHandler,
  call: ServerUnaryCall<unknown, object>,
): Promise<object | undefined> {
  const { api, core } = options;
  const { path } = method;
  core.calls.note(api, path);
  const active = core.faults.take(api, path);
  if (active?.fault.kind === 'hang') return undefined;
  await suffer(active, path);
  const [authorization] = call.metadata.get('authorization');
  const principal = core.principals.authenticate(typeof authorization === 'string' ? authorization : undefined);
  if (principal === undefined) throw unauthenticated();
  const reply = await handler(call.request, {
    principal,
    staleSince: active?.fault.kind === 'stale' ? active.setAt : undefined,
    require: (projectId, permission, resource) => {
      if (!core.principals.can(principal, projectId, permission)) throw forbidden(permission, resource);
    },
  });
  if (active?.fault.kind === 'wrong-type') return otherMessage;
  if (active?.fault.kind !== 'truncate') return reply;
  const whole = method.responseSerialize(reply);
  return whole.subarray(0, Math.floor(whole.length / 2));
}

async function suffer(active: ActiveFault | undefined, path: string): Promise<void> {
  const fault = active?.fault;
  if (fault?.kind === 'delay') await new Promise((resolve) => setTimeout(resolve, fault.ms));
  if (fault?.kind === 'error') throw new Problem(fault.status, 'backendError', 'set by a fault');
  if (fault?.kind === 'forbidden') throw new Problem(403, 'forbidden', `Required permission is missing for '${path}'`);
}

function statusOf(error: unknown): { code: status; details: string; metadata: Metadata } {
  const metadata = new Metadata();
  if (error instanceof Problem) return { code: grpcCodeOf(error.status), details: error.message, metadata };
  return { code: status.INTERNAL, details: messageOf(error), metadata };
}
