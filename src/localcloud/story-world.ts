import { startLocalCloud, type LocalCloud, type LocalCloudOptions } from './cloud.js';
import type { Principal } from './principals.js';
import { reviewerPermissions, serverPermissions } from './roles.js';
import { story, storyVm, type ClientSetting } from './story.js';
import type { Vm } from './vm.js';

/** A world before Bob has made his VM: two projects and their accounts. */
export interface StoryCast {
  readonly cloud: LocalCloud;
  readonly alice: Principal;
  readonly server: Principal;
  readonly bob: Principal;
}

/** A world with its cast and Bob's VM. */
export interface StoryWorld extends StoryCast {
  readonly vm: Vm;
}

/**
 * Starts the world of the story. Alice owns her project and may read what a review reads in Bob's; her TokenServer holds
 * exactly the permissions it needs; Bob owns his project.
 */
export async function startStoryCast(options: LocalCloudOptions = {}): Promise<StoryCast> {
  const cloud = await startLocalCloud(options);
  try {
    const { alice, bob } = story;
    cloud.addProject(alice.project.id, alice.project.number, cloud.core.principals.named(alice.person));
    cloud.addProject(bob.project.id, bob.project.number, cloud.core.principals.named(bob.person));
    const person = await cloud.addPrincipal(alice.person, alice.project.id);
    const server = await cloud.addPrincipal(alice.server, alice.project.id);
    const owner = await cloud.addPrincipal(bob.person, bob.project.id);
    cloud.grant(person, bob.project.id, reviewerPermissions);
    cloud.grant(server, bob.project.id, reviewerPermissions);
    cloud.grant(server, alice.project.id, serverPermissions);
    cloud.grant(cloud.core.principals.named(bob.vmAccount), bob.project.id, ['secretmanager.versions.access']);
    return { cloud, alice: person, server, bob: owner };
  } catch (error) {
    await cloud.stop();
    throw error;
  }
}

/** Bob makes his VM. */
export const insertStoryVm = ({ cloud, bob }: StoryCast, setting: ClientSetting): Promise<Vm> =>
  cloud.insertVm({ ...storyVm(setting), by: bob });
