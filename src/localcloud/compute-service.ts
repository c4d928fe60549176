import { ComputeCalls } from './compute-call.js';
import { computeReads, type ComputeWorld } from './compute-reads.js';
import { ComputeStore } from './compute-store.js';
import { computeWrites, type ComputeActs } from './compute-writes.js';
import { ConfigActs } from './config-acts.js';
import type { CloudCore, RunningService } from './core.js';
import { startHttpService } from './http-service.js';
import { InsertAct } from './insert-act.js';
import type { MachineTpm } from './machine.js';
import { MetadataActs } from './metadata-acts.js';
import { Operations } from './operations.js';
import { PowerActs } from './power-acts.js';

/** Compute Engine: its resources, the acts on them, and the REST service in front. */
export interface Compute extends ComputeWorld {
  readonly tpms: Map<string, MachineTpm>;
  readonly acts: ComputeActs;
}

export function createCompute(core: CloudCore, makeTpm: () => Promise<MachineTpm>): Compute {
  const store = new ComputeStore();
  const operations = new Operations(core.now);
  const calls = new ComputeCalls(core, operations);
  const tpms = new Map<string, MachineTpm>();
  return {
    projects: core.projects,
    store,
    operations,
    tpms,
    acts: {
      insert: new InsertAct({ core, calls, store, tpms, makeTpm }),
      power: new PowerActs(core, calls, store, tpms),
      config: new ConfigActs(core, calls, store),
      metadata: new MetadataActs(calls, store),
    },
  };
}

/** The REST API, v1, beta and alpha, as far as the world knows it; other routes are 404. */
export const startComputeService = (core: CloudCore, compute: Compute): Promise<RunningService> =>
  startHttpService({ core, api: 'compute', auth: 'bearer', routes: [...computeReads(compute), ...computeWrites(compute, compute.acts)] });
