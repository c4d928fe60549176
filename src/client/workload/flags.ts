import type { FlagSpec } from '../../base/index.js';

/** Flags of `tokenclient run`, beside those of every client. */
export const workloadFlags: readonly FlagSpec[] = [
  {
    name: 'env',
    kind: 'string',
    repeated: true,
    doc: 'run: NAME=SECRET gives the workload the secret as environment variable NAME; may be repeated. Whoever can read /proc/PID/environ can read it: prefer files',
  },
  {
    name: 'fd',
    kind: 'string',
    repeated: true,
    doc: 'run: N=SECRET gives the workload the secret on file descriptor N (3 to 63), to be read once up to its end; may be repeated',
  },
  {
    name: 'files',
    kind: 'boolean',
    default: true,
    doc: 'run: write the secrets as files to a new directory below --out, or below /dev/shm or /run; {{secret:NAME}} in the arguments of the workload becomes the path of one, {{secrets}} the directory',
  },
  {
    name: 'googleCredentials',
    kind: 'string',
    doc: 'run: secret that is a service account key in JSON; the workload finds its file by GOOGLE_APPLICATION_CREDENTIALS',
  },
  {
    name: 'payload',
    kind: 'string',
    doc: 'run: secret that is an archive (tar or tar.gz): it is unpacked to a new directory below --out, or below /dev/shm or /run, and the command is started there that Alice allowed for it (her --payloadCommand), in place of CMD',
  },
  {
    name: 'restart',
    kind: 'string',
    default: 'no',
    doc: 'run: no, on-failure or on-failure:N: start the workload again when it fails, at most N times, waiting 1 s to 60 s',
  },
];
