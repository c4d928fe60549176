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
export { Problem } from './problem.js';
export { eventOf, Program, type ProgramOptions } from './program.js';
export type { Project } from './projects.js';
export { Vm, type VmActOptions } from './vm.js';
export { startStoryWorld, type StoryWorld } from './story-world.js';
export { story, storyVm } from './story.js';
export { reviewerPermissions, serverPermissions } from './roles.js';
