import type { CloudCore } from './core.js';
import type { ActOptions, ComputeCalls } from './compute-call.js';
import type { ComputeStore } from './compute-store.js';
import { newFingerprint } from './ids.js';
import { instanceCall } from './instance-call.js';
import type { BootMeasurements, MachineTpm } from './machine.js';
import type { Operation } from './operations.js';
import { invalid } from './problem.js';
import type { InstanceState, InstanceStatus } from './resources.js';

/** Start, stop, reset, suspend, resume and delete. Each new boot resets and re-extends the vTPM. */
export class PowerActs {
  readonly #core: CloudCore;
  readonly #calls: ComputeCalls;
  readonly #store: ComputeStore;
  readonly #tpms: Map<string, MachineTpm>;

  constructor(core: CloudCore, calls: ComputeCalls, store: ComputeStore, tpms: Map<string, MachineTpm>) {
    this.#core = core;
    this.#calls = calls;
    this.#store = store;
    this.#tpms = tpms;
  }

  /** instances.stop. Stopping a stopped VM is accepted and does nothing. */
  stop(instance: InstanceState, act: ActOptions): Operation {
    return this.#calls.start(instanceCall(instance, 'stop'), act, async () => {
      if (instance.status === 'TERMINATED') return;
      instance.status = 'STOPPING';
      await this.#tpms.get(instance.id)?.powerOff();
      instance.status = 'TERMINATED';
      instance.lastStopAt = this.#core.now();
      instance.fingerprint = newFingerprint();
    });
  }

  /** instances.start. Starting a running VM is accepted and does nothing; a suspended one must be resumed. */
  start(instance: InstanceState, act: ActOptions): Operation {
    const boot = async (): Promise<void> => {
      if (instance.status === 'RUNNING') return;
      instance.status = 'STAGING';
      await this.#tpms.get(instance.id)?.powerOn(measurementsOf(instance));
      instance.status = 'RUNNING';
      instance.lastStartAt = this.#core.now();
      instance.fingerprint = newFingerprint();
    };
    return this.#calls.start(instanceCall(instance, 'start'), act, boot, () => {
      if (instance.status === 'SUSPENDED') requireStatus(instance, 'TERMINATED');
    });
  }

  /** instances.reset: like pulling the plug and putting it back; the status never leaves RUNNING. */
  reset(instance: InstanceState, act: ActOptions): Operation {
    return this.#calls.start(
      instanceCall(instance, 'reset'),
      act,
      async () => {
        const tpm = this.#tpms.get(instance.id);
        await tpm?.powerOff();
        await tpm?.powerOn(measurementsOf(instance));
      },
      () => requireStatus(instance, 'RUNNING'),
    );
  }

  /** instances.suspend: memory and vTPM are kept as they are. */
  suspend(instance: InstanceState, act: ActOptions): Operation {
    const effect = (): void => {
      instance.status = 'SUSPENDED';
      instance.lastSuspendAt = this.#core.now();
      instance.fingerprint = newFingerprint();
    };
    return this.#calls.start(instanceCall(instance, 'suspend'), act, effect, () => requireStatus(instance, 'RUNNING'));
  }

  /** instances.resume: goes on where it was; no new boot. */
  resume(instance: InstanceState, act: ActOptions): Operation {
    const effect = (): void => {
      instance.status = 'RUNNING';
      instance.lastStartAt = this.#core.now();
      instance.fingerprint = newFingerprint();
    };
    return this.#calls.start(instanceCall(instance, 'resume'), act, effect, () => requireStatus(instance, 'SUSPENDED'));
  }

  /** instances.delete: the VM, its vTPM and the disks marked autoDelete are gone. */
  delete(instance: InstanceState, act: ActOptions): Operation {
    return this.#calls.start(instanceCall(instance, 'delete'), act, async () => {
      instance.status = 'STOPPING';
      await this.#tpms.get(instance.id)?.destroy();
      this.#tpms.delete(instance.id);
      instance.status = 'TERMINATED';
      this.#store.removeInstance(instance);
      for (const attachment of instance.attachments) if (attachment.autoDelete) this.#store.removeDisk(attachment.disk);
    });
  }
}

/** What the present configuration leads the firmware and the boot loader to measure. */
export const measurementsOf = (instance: InstanceState): BootMeasurements => ({
  technology: instance.confidential,
  secureBoot: instance.shielded.enableSecureBoot,
  imageName: instance.attachments.find((each) => each.boot)?.disk.sourceImage?.name,
});

/** @throws Problem 400 when the VM is in another state */
export function requireStatus(instance: InstanceState, status: InstanceStatus): void {
  if (instance.status === status) return;
  throw invalid(`The instance '${instance.name}' must be in status ${status} for this operation; it is ${instance.status}.`);
}
