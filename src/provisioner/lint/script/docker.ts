import { fail, warn, type ReviewFinding } from '../../finding.js';
import type { Command } from './commands.js';
import { readDockerRun, type DockerRun } from './docker-run.js';
import { harmlessVariables } from './units.js';

type Placed = Command & { readonly where: string };

const without = 'have the VM made without it';

/** Flags that open the VM, whatever their value. `--privileged=false` is one too: nobody needs to say it. */
const opening: ReadonlyMap<string, string> = new Map([
  ['--privileged', 'gives the container the whole VM'],
  ['--volume', 'a directory of the host is mounted into the container'],
  ['--volumes-from', 'directories of another container are mounted into this one'],
  ['--cap-add', 'gives the container rights over the kernel'],
  ['--pid', 'shares processes with others'],
  ['--ipc', 'shares memory with others'],
  ['--uts', 'shares the name of the host'],
  ['--userns', 'shares users with the host'],
  ['--env-file', 'gives variables that do not stand there'],
]);

/** Subcommands that give a container no more than `run` gave it. */
const harmless = new Set(['stop', 'rm', 'kill', 'wait']);

/** `docker ...` of a command; undefined where it is none. */
export function dockerWords({ words }: Pick<Command, 'words'>): readonly string[] | undefined {
  const [first = ''] = words;
  return /(?:^|\/)docker$/.test(first) ? words.slice(1) : undefined;
}

/** Every use of docker: which subcommand, which flags, which image. */
export function lintDocker(commands: readonly Placed[], trustedImages: readonly string[]): readonly ReviewFinding[] {
  const uses = commands.flatMap((command) => {
    const words = dockerWords(command);
    return words === undefined ? [] : [{ words, where: command.where }];
  });
  const findings = uses.flatMap(({ words, where }) => lintUse(words, where, trustedImages));
  for (const { words, where } of commands)
    if (words.slice(1).some((word) => /^(?:[\w/.-]*bin\/)?docker$/.test(word)))
      findings.push(fail('script-docker-command', `${where}docker behind another command: what it does is not known here`, without, true));
  if (!uses.some(({ words }) => words[0] === 'run'))
    findings.push(warn('script-container', 'no docker run was found', 'make sure that the script starts what you mean it to'));
  return findings;
}

function lintUse(words: readonly string[], where: string, trustedImages: readonly string[]): readonly ReviewFinding[] {
  const [subcommand = '', ...rest] = words;
  if (harmless.has(subcommand)) return [];
  if (subcommand === 'pull') return lintImage(rest.find((word) => !word.startsWith('-')) ?? '', where, trustedImages);
  if (subcommand !== 'run' && subcommand !== 'create')
    return [
      fail(
        'script-docker-command',
        `${where}docker ${subcommand}: only run, create, pull, stop, rm, kill and wait are known`,
        without,
        true,
      ),
    ];
  const run = readDockerRun(rest);
  return [...lintFlags(run, where), ...lintImage(run.image, where, trustedImages)];
}

/** An allow list: what is not known to be harmless is a FAIL. */
function lintFlags({ flags, unknown }: DockerRun, where: string): readonly ReviewFinding[] {
  const findings = flags.flatMap(({ name, value }) => lintFlag(name, value, where));
  if (unknown !== undefined)
    findings.push(
      fail('script-docker-flags', `${where}${unknown} is not a flag of docker run that is known to be harmless`, without, true),
    );
  if (unknown !== undefined) return findings;
  const has = (name: string, value: RegExp): boolean => flags.some((flag) => flag.name === name && value.test(flag.value));
  if (!has('--log-driver', /./))
    findings.push(
      fail('script-logging', `${where}docker keeps what the container prints`, 'have the VM made with --log-driver none', true),
    );
  const loose = confinement.filter(([name, value]) => !has(name, value)).map(([, , said]) => said);
  if (loose.length > 0)
    findings.push(fail('script-confinement', `${where}the container runs without ${loose.join(' ')}`, 'have the VM made with it', true));
  if (!has('--user', /^[1-9]\d*(?::\d+)?$/))
    findings.push(
      warn(
        'script-user',
        `${where}the container may run as root`,
        'have the VM made with --user 2000:2000, where the TPM opens to that group',
      ),
    );
  return findings;
}

/** What a container does not need, and a program that was taken over would. */
const confinement: readonly (readonly [name: string, value: RegExp, said: string])[] = [
  ['--read-only', /^(?:true)?$/, '--read-only'],
  ['--cap-drop', /^ALL$/i, '--cap-drop=ALL'],
  ['--security-opt', /^no-new-privileges(?:[:=]true)?$/, '--security-opt=no-new-privileges'],
];

function lintFlag(name: string, value: string, where: string): ReviewFinding[] {
  const said = `${name}${value === '' ? '' : ` ${value}`}`;
  const isBad = (id: string, what: string): ReviewFinding[] => [fail(id, `${where}${said}: ${what}`, without, true)];
  const opens = opening.get(name);
  if (opens !== undefined) return isBad(name === '--env-file' ? 'script-environment' : 'script-docker-flags', opens);
  switch (name) {
    case '--device':
      return /^\/dev\/(tpm(?:rm)?0)(?::\/dev\/\1(?::[rwm]+)?)?$/.test(value)
        ? []
        : isBad('script-docker-flags', 'only the TPM may be given to the container');
    case '--log-driver':
      return value === 'none' ? [] : isBad('script-logging', 'what the container prints goes where others can read it');
    case '--network':
      return /^(?:none|bridge|default)$/.test(value) ? [] : isBad('script-docker-flags', 'shares a network with others');
    case '--security-opt':
      return /^no-new-privileges(?:[:=]true)?$/.test(value) ? [] : isBad('script-docker-flags', 'loosens what confines the container');
    case '--mount':
      return /^type=tmpfs(?:,(?:destination|target|dst|tmpfs-size|tmpfs-mode)=[^,]+)+$/.test(value)
        ? []
        : isBad('script-docker-flags', 'a directory of the host is mounted into the container');
    case '--env':
      return harmlessVariables.has(value.split('=')[0] ?? '') && value.includes('=')
        ? []
        : isBad('script-environment', 'may change what the program does');
    case '--entrypoint':
      return isBad('script-entrypoint', 'runs another program than the image says');
    case '--publish':
      return [warn('script-ports', `${where}${said}: opens a port of the VM to the container`, 'make sure that it is meant')];
    default:
      return [];
  }
}

function lintImage(image: string, where: string, trustedImages: readonly string[]): ReviewFinding[] {
  if (!/^[a-z0-9][A-Za-z0-9._:/-]*@sha256:[0-9a-f]{64}$/.test(image)) {
    const remedy = 'name it as NAME@sha256:...: a tag can be given to another image after the approval';
    return [fail('script-image-digest', `${where}names no image by digest${image === '' ? '' : `, but ${image}`}`, remedy, true)];
  }
  if (trustedImages.length === 0 || trustedImages.includes(image)) return [];
  return [
    fail(
      'script-image-trusted',
      `${where}runs ${image}, which no --trustedImage names; named are ${trustedImages.join(', ')}`,
      'have the VM made with the approved image, or name this one',
      true,
    ),
  ];
}
