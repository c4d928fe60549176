import type { Cloud, PendingInstance } from '../../gcp/index.js';
import type { PendingConfig } from '../config.js';
import { exitCodes, type ExitCode } from '../exit.js';
import { commandLines } from '../present/command-line.js';
import { field, wrapped } from '../present/layout.js';
import { visible } from '../present/visible.js';
import type { Program } from '../program.js';

const maxListed = 200;
const atOnce = 20;

/**
 * `pending`: VMs that the TokenServer turned away because nobody approved them, latest first, with the command that shows each.
 * The server notes only VMs of the projects that its `--clientProjects` names. What is told of a VM is what its identity token
 * says; it is no reason to approve it.
 */
export async function pending(config: PendingConfig, cloud: Cloud, program: Program): Promise<ExitCode> {
  const { project } = config;
  const noted = await cloud.pending.listPending({ ...(project === undefined ? {} : { project }), limit: maxListed, now: program.now() });
  const waiting = await withoutRecord(noted, cloud);
  const commands = waiting.map((one) => reviewCommand(one, config));
  program.show(waiting.flatMap((one, i) => [...linesOf(one, commands[i]), '']).join('\n'));
  program.complain(`VMs that wait for an approval${project === undefined ? '' : ` in project ${project}`}: ${waiting.length}`);
  if (noted.length > waiting.length) program.complain(`asked, and have a record since: ${noted.length - waiting.length}`);
  if (noted.length === maxListed) program.complain(`only ${maxListed} were read; --clientProjectId asks for one project`);
  if (noted.length === 0) program.complain('a TokenServer notes who asks where it runs with --clientProjects');
  program.result({ pending: waiting.map((one, i) => ({ ...one, review: commands[i]?.flat() })) });
  return exitCodes.done;
}

/** A VM that was approved since it asked does not wait any more. */
async function withoutRecord(noted: readonly PendingInstance[], cloud: Cloud): Promise<readonly PendingInstance[]> {
  const waiting: PendingInstance[] = [];
  for (let i = 0; i < noted.length; i += atOnce) {
    const some = noted.slice(i, i + atOnce);
    const documents = await Promise.all(some.map(({ instanceId }) => cloud.records.loadRaw(instanceId)));
    waiting.push(...some.filter((_, j) => documents[j] === undefined));
  }
  return waiting;
}

type Command = readonly (readonly string[])[];

/** What ids of projects, names of zones and ids of instances are made of: never a flag, never anything to a shell. */
const nameOfGoogle = /^[a-z0-9][a-z0-9.:-]*$/;

/**
 * A review that writes nothing; undefined where a name is none of Google's. The address of the call is left out: whoever asks
 * chooses where he calls from.
 */
function reviewCommand({ project, zone, instanceId }: PendingInstance, config: PendingConfig): Command | undefined {
  if (![project, zone, instanceId].every((name) => nameOfGoogle.test(name))) return undefined;
  const { firestoreProject, collection, endpoints } = config;
  return [
    ['provisioner', '--dryRun'],
    ['--releasePolicy', 'observe'],
    ['--fireStoreProjectId', firestoreProject],
    ...(collection === 'foo' ? [] : [['--firestoreCollectionName', collection]]),
    ['--clientProjectId', project],
    ['--clientVMZone', zone],
    ['--clientVMId', instanceId],
    ...(endpoints === undefined ? [] : [['--endpoints', endpoints]]),
  ];
}

const linesOf = (one: PendingInstance, command: Command | undefined): readonly string[] => [
  ...wrapped('', visible(`${one.instanceId} (${one.instanceName}) in project ${one.project}, zone ${one.zone}`)),
  ...field('service account', visible(one.serviceAccount) || '(none)'),
  ...field('called from', visible(one.peerAddress)),
  ...field('calls', `${one.count} from ${one.firstSeen.toISOString()} to ${one.lastSeen.toISOString()}`),
  ...(command === undefined ? field('review', 'no command: a name is such as Google gives none') : commandLines('  ', command)),
];
