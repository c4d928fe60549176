import { randomBytes } from 'node:crypto';
import { computeTime, linkOf, newResourceId } from './ids.js';
import type { JsonObject } from './json.js';
import { notFound, Problem } from './problem.js';

/** What an operation does and to what. */
export interface OperationTarget {
  readonly operationType: string;
  readonly project: string;
  /** Undefined for global operations. */
  readonly zone: string | undefined;
  readonly targetName: string;
  readonly targetId: string;
  readonly user: string;
}

/** A call that goes on after its answer. `done` settles when it ended, well or badly; it never rejects. */
export interface Operation extends OperationTarget {
  readonly id: string;
  readonly name: string;
  readonly startedAt: Date;
  endedAt: Date | undefined;
  problem: Problem | undefined;
  done: Promise<void>;
}

/** Called when an operation begins and when it has ended. */
export interface OperationHooks {
  readonly atStart: (operation: Operation) => void;
  readonly atEnd: (operation: Operation) => void;
}

/** All operations of the world, of all projects. */
export class Operations {
  readonly #now: () => Date;
  readonly #byName = new Map<string, Operation>();

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** Starts `work` and keeps its outcome. The first synchronous part of `work` has run when this returns; `atEnd` comes later. */
  start(target: OperationTarget, work: () => void | Promise<void>, hooks: OperationHooks): Operation {
    const startedAt = this.#now();
    const name = `operation-${startedAt.getTime()}-${randomBytes(6).toString('hex')}`;
    const operation: Operation = {
      ...target,
      id: newResourceId(),
      name,
      startedAt,
      endedAt: undefined,
      problem: undefined,
      done: Promise.resolve(),
    };
    this.#byName.set(`${target.project}/${target.zone ?? ''}/${name}`, operation);
    hooks.atStart(operation);
    operation.done = this.#run(operation, work, hooks);
    return operation;
  }

  /** By name or numeric id. @throws Problem 404 */
  find(project: string, zone: string | undefined, nameOrId: string): Operation {
    const found =
      this.#byName.get(`${project}/${zone ?? ''}/${nameOrId}`) ??
      [...this.#byName.values()].find((each) => each.id === nameOrId && each.project === project && each.zone === zone);
    if (found === undefined) throw notFound(`${placeOf({ project, zone })}/operations/${nameOrId}`);
    return found;
  }

  async #run(operation: Operation, work: () => void | Promise<void>, hooks: OperationHooks): Promise<void> {
    try {
      await work();
    } catch (error) {
      operation.problem = error instanceof Problem ? error : new Problem(500, 'internalError', String(error));
    }
    operation.endedAt = this.#now();
    hooks.atEnd(operation);
  }
}

const placeOf = (it: { readonly project: string; readonly zone: string | undefined }): string =>
  it.zone === undefined ? `projects/${it.project}/global` : `projects/${it.project}/zones/${it.zone}`;

/** An operation as Compute shows it. @see https://cloud.google.com/compute/docs/reference/rest/v1/zoneOperations */
export function operationJson(it: Operation): JsonObject {
  const done = it.endedAt !== undefined;
  return {
    kind: 'compute#operation',
    id: it.id,
    name: it.name,
    ...(it.zone === undefined ? {} : { zone: linkOf(placeOf(it)) }),
    operationType: it.operationType,
    targetLink: linkOf(it.targetName),
    targetId: it.targetId,
    status: done ? 'DONE' : 'RUNNING',
    user: it.user,
    progress: done ? 100 : 0,
    insertTime: computeTime(it.startedAt),
    startTime: computeTime(it.startedAt),
    endTime: it.endedAt === undefined ? undefined : computeTime(it.endedAt),
    selfLink: linkOf(`${placeOf(it)}/operations/${it.name}`),
    ...(it.problem === undefined ? {} : errorJson(it.problem)),
  };
}

const errorJson = (problem: Problem): JsonObject => ({
  error: { errors: [{ code: problem.reason, message: problem.message }] },
  httpErrorStatusCode: problem.status,
  httpErrorMessage: problem.reason,
});
