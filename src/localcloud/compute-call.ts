import type { CloudCore } from './core.js';
import type { JsonObject } from './json.js';
import { operationJson, type Operation, type Operations } from './operations.js';
import type { Principal } from './principals.js';
import { forbidden, grpcCodeOf, type Problem } from './problem.js';

/** Who acts, through which version of the API, and how late the log learns of it. */
export interface ActOptions {
  readonly by: Principal;
  /** Prefix of the logged method name; `v1` when absent. */
  readonly apiVersion?: 'v1' | 'beta' | 'alpha';
  /** Milliseconds of the cloud's clock until the log has the entries. */
  readonly auditDelayMs?: number;
}

/** A mutating call as the audit log sees it. */
export interface ComputeCall {
  /** Without version: `compute.instances.setMetadata`. */
  readonly method: string;
  readonly permission: string;
  readonly project: string;
  readonly zone: string | undefined;
  readonly resourceName: string;
  readonly resource: { readonly type: string; readonly labels: Readonly<Record<string, string>> };
  readonly targetId: string;
  /** The request as the log shows it: never metadata values. */
  readonly request?: JsonObject;
  /** AuditLog.metadata of the last entry. */
  readonly metadata?: JsonObject;
}

/** Runs mutating Compute calls: permission, precondition, operation; each outcome leaves its audit entries. */
export class ComputeCalls {
  readonly #core: CloudCore;
  readonly #operations: Operations;

  constructor(core: CloudCore, operations: Operations) {
    this.#core = core;
    this.#operations = operations;
  }

  /**
   * Starts a call. A refused one (403, or what `precondition` throws) leaves one entry with its status; an accepted one
   * leaves a first and a last entry that share the operation's id.
   * @throws Problem
   */
  start(call: ComputeCall, act: ActOptions, work: () => void | Promise<void>, precondition?: () => void): Operation {
    try {
      if (!this.#core.principals.can(act.by, call.project, call.permission)) throw forbidden(call.permission, call.resourceName);
      precondition?.();
    } catch (error) {
      this.#append(call, act, { status: statusJson(error as Problem) });
      throw error;
    }
    const target = {
      operationType: call.method.slice(call.method.lastIndexOf('.') + 1),
      project: call.project,
      zone: call.zone,
      targetName: call.resourceName,
      targetId: call.targetId,
      user: act.by.email,
    };
    return this.#operations.start(target, work, {
      atStart: (operation) => this.#append(call, act, { operation, end: 'first', request: call.request }),
      atEnd: (operation) => {
        const status = operation.problem === undefined ? {} : { status: statusJson(operation.problem) };
        this.#append(call, act, { operation, end: 'last', metadata: call.metadata, ...status });
      },
    });
  }

  #append(call: ComputeCall, act: ActOptions, outcome: Outcome): void {
    const { operation, end } = outcome;
    this.#core.auditLog.append(
      {
        logName: `projects/${call.project}/logs/cloudaudit.googleapis.com%2Factivity`,
        resource: call.resource,
        severity: outcome.status === undefined ? 'NOTICE' : 'ERROR',
        ...(operation === undefined ? {} : { operation: { id: operation.name, producer: 'compute.googleapis.com', ...endMark(end) } }),
        protoPayload: payloadOf(call, act, outcome),
      },
      act.auditDelayMs ?? this.#core.auditLog.delayMs,
    );
  }
}

interface Outcome {
  readonly operation?: Operation;
  readonly end?: 'first' | 'last';
  readonly request?: JsonObject | undefined;
  readonly metadata?: JsonObject | undefined;
  readonly status?: JsonObject;
}

const endMark = (end: Outcome['end']): { first?: true; last?: true } => (end === 'first' ? { first: true } : { last: true });

/** @see https://cloud.google.com/logging/docs/reference/audit/auditlog/rest/Shared.Types/AuditLog */
function payloadOf(call: ComputeCall, act: ActOptions, outcome: Outcome): JsonObject {
  const granted = outcome.status?.['code'] !== 7;
  const showsRequest = outcome.end !== 'last';
  return {
    '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
    ...(outcome.status === undefined ? {} : { status: outcome.status }),
    authenticationInfo: { principalEmail: act.by.email },
    requestMetadata: { callerIp: '127.0.0.1', callerSuppliedUserAgent: 'localcloud' },
    serviceName: 'compute.googleapis.com',
    methodName: `${act.apiVersion ?? 'v1'}.${call.method}`,
    ...(showsRequest ? { authorizationInfo: [{ permission: call.permission, granted, resource: call.resourceName }] } : {}),
    resourceName: call.resourceName,
    request: { '@type': `type.googleapis.com/${call.method}`, ...(showsRequest ? call.request : {}) },
    ...(outcome.operation === undefined || outcome.end === 'last'
      ? {}
      : { response: { '@type': 'type.googleapis.com/operation', ...operationJson(outcome.operation) } }),
    ...(call.zone === undefined ? {} : { resourceLocation: { currentLocations: [call.zone] } }),
    ...(outcome.end === 'last' && outcome.metadata !== undefined ? { metadata: outcome.metadata } : {}),
  };
}

const statusJson = (problem: Problem): JsonObject => ({ code: grpcCodeOf(problem.status), message: problem.message });
