import type { Lookup } from '../facts/index.js';
import type {
  CallerArrival,
  CallerEvidence,
  ChannelEvidence,
  HistoryArrival,
  HistoryEvidence,
  MachineArrival,
  MachineEvidence,
  RecordArrival,
  RecordEvidence,
  StageName,
  TpmArrival,
  TpmEvidence,
} from './evidence.js';
import { gateLeaks } from './stage.js';

// What each gate proved to be there, narrowed. Nothing is judged here and nothing is made up for a missing part.

/** After token-signature and token-is-instance. */
export function admitCaller({ token, ...rest }: CallerArrival): CallerEvidence {
  const { claims } = token;
  if (claims?.instance === undefined) throw gateLeaks('caller');
  return { ...rest, claims, caller: claims.instance };
}

/** After record-exists. */
export function admitRecord({ approval, ...rest }: RecordArrival): RecordEvidence {
  if (approval === undefined) throw gateLeaks('record');
  return { ...rest, ...approval };
}

/** The channel is always there. */
export const admitChannel = (arrival: ChannelEvidence): ChannelEvidence => arrival;

/** After permissions-granted, instance-exists and disks-exist. */
export function admitMachine({ machine, ...rest }: MachineArrival): MachineEvidence {
  return {
    ...rest,
    instance: valueOf(machine.instance, 'machine'),
    bootDisk: valueOf(machine.bootDisk, 'machine'),
    otherDisks: machine.otherDisks.map((disk) => valueOf(disk, 'machine')),
    projectMetadata: valueOf(machine.projectMetadata, 'machine'),
    zoneMetadata: valueOf(machine.zoneMetadata, 'machine'),
  };
}

/** After history-readable. */
export const admitHistory = (arrival: HistoryArrival): HistoryEvidence => ({ ...arrival, history: valueOf(arrival.history, 'history') });

/** After attestation-present and shielded-identity-readable. */
export function admitTpm({ attestation, shieldedIdentity, ...rest }: TpmArrival): TpmEvidence {
  if (attestation === undefined) throw gateLeaks('tpm');
  return { ...rest, attestation, shieldedIdentity: valueOf(shieldedIdentity, 'tpm') };
}

function valueOf<T>(lookup: Lookup<T>, stage: StageName): T {
  if (lookup.kind !== 'found') throw gateLeaks(stage);
  return lookup.value;
}
