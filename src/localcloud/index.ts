// localcloud: Google Cloud on loopback, the far side of the network for tests and for a laptop. Start with `startLocalCloud`
// (cloud.ts). It shares no parser and no check with the rooms that talk to it, and nothing in production imports it.
export type { ActOptions } from './compute-call.js';
export type { LogEntry, NewLogEntry } from './audit-log.js';
export type { FirestoreChoice } from './backing-services.js';
export { LocalCloud, startLocalCloud, type LocalCloudOptions } from './cloud.js';
export type { EndpointsFile } from './endpoints-file.js';
export type { Api, Fault } from './faults.js';
export type { HostEvent } from './host-events.js';
export { defaultBootImage } from './images.js';
export type { VmSpec } from './insert-act.js';
export type { JsonObject } from './json.js';
export { everyPermission, type Principal } from './principals.js';
export { Program, type ProgramOptions } from './program.js';
export type { MachineTpm } from './machine.js';
export type { Project } from './projects.js';
export { Vm, type VmActOptions } from './vm.js';
export type { StoryCast } from './story-world.js';
export { audience, pcr0, story, storyVm, type ClientSetting } from './story.js';
export { Stage } from './demo/stage.js';
export { newJsonKeyset } from './demo/keyset.js';
