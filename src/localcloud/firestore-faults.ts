import type { Socket } from 'node:net';
import type { Api, Faults } from './faults.js';

const retryMs = 20;

/**
 * What the fault set on one of these does to bytes of a client, seen from TCP: `delay` holds them for its time, `hang` holds
 * them until the fault is cleared, any other kind breaks the connection off. Each check while held counts as one of the
 * fault's times.
 */
export async function holdUntilClear(faults: Faults, apis: readonly Api[], client: Socket): Promise<void> {
  for (;;) {
    const fault = apis.map((api) => faults.take(api, '')).find((active) => active !== undefined)?.fault;
    if (fault === undefined || client.destroyed) return;
    if (fault.kind === 'delay') {
      await pause(fault.ms);
      return;
    }
    if (fault.kind !== 'hang') {
      client.destroy();
      return;
    }
    await pause(retryMs);
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
