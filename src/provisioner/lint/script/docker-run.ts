/** `docker run` taken apart. */
export interface DockerRun {
  readonly flags: readonly { readonly name: string; readonly value: string }[];
  /** The first flag that is not on the list: what follows it cannot be told apart. */
  readonly unknown: string | undefined;
  readonly image: string;
  /** What the image is given. */
  readonly argumentsOfImage: readonly string[];
}

/** Flags that take no value. */
const switches = new Set(['--rm', '--read-only', '--init', '--detach', '--interactive', '--no-healthcheck', '--quiet', '--privileged']);

/** Flags that take a value; which values are harmless is judged elsewhere. */
const valued = new Set([
  ...['--name', '--cap-drop', '--device', '--log-driver', '--user', '--tmpfs', '--memory', '--memory-swap', '--memory-reservation'],
  ...['--cpus', '--cpu-shares', '--pids-limit', '--restart', '--stop-timeout', '--stop-signal', '--ulimit', '--hostname', '--label'],
  ...['--network', '--security-opt', '--mount', '--env', '--entrypoint', '--publish', '--pull', '--shm-size', '--workdir', '--cidfile'],
  ...['--volume', '--volumes-from', '--cap-add', '--pid', '--ipc', '--uts', '--userns', '--env-file'],
]);

const long: Readonly<Record<string, string>> = {
  '-d': '--detach',
  '-i': '--interactive',
  '-q': '--quiet',
  '-u': '--user',
  '-m': '--memory',
  '-h': '--hostname',
  '-l': '--label',
  '-e': '--env',
  '-p': '--publish',
  '-w': '--workdir',
  '-v': '--volume',
  '--net': '--network',
};

/**
 * Reads the words after `docker run`, as docker does: flags, the image, its arguments.
 * @see https://docs.docker.com/reference/cli/docker/container/run/
 */
export function readDockerRun(words: readonly string[]): DockerRun {
  const flags: { name: string; value: string }[] = [];
  let i = 0;
  let unknown: string | undefined;
  for (; i < words.length; i++) {
    const word = words[i] ?? '';
    if (!word.startsWith('-')) break;
    const { name, inline } = nameOf(word);
    const isBundle = /^-[a-z]./.test(word) && switches.has(name);
    if (isBundle) {
      unknown = word;
      break;
    } else if (switches.has(name)) {
      flags.push({ name, value: inline ?? '' });
    } else if (valued.has(name)) {
      flags.push({ name, value: inline ?? words[++i] ?? '' });
    } else {
      unknown = word;
      break;
    }
  }
  const rest = unknown === undefined ? words.slice(i) : afterUnknown(words.slice(i + 1));
  const [image = '', ...argumentsOfImage] = rest;
  return { flags, unknown, image, argumentsOfImage };
}

function nameOf(word: string): { readonly name: string; readonly inline: string | undefined } {
  const at = word.indexOf('=');
  const given = at === -1 ? word : word.slice(0, at);
  const inline = at === -1 ? undefined : word.slice(at + 1);
  // -eNAME=value, -u0: the value of a short flag may follow without a blank.
  if (/^-[a-z]./.test(word) && !(given in long)) return { name: long[word.slice(0, 2)] ?? given, inline: word.slice(2).replace(/^=/, '') };
  return { name: long[given] ?? given, inline };
}

/** Behind a flag that is not known, the image is the first word that looks like one by digest. */
function afterUnknown(words: readonly string[]): readonly string[] {
  const index = words.findIndex((word) => word.includes('@sha256:'));
  return index === -1 ? [] : words.slice(index);
}
