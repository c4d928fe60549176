import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Program, type ProgramOptions } from '../program.js';
import { audience, clientArguments, story, type ClientSetting } from '../story.js';
import { insertStoryVm, startStoryCast, type StoryCast } from '../story-world.js';
import type { LocalCloudOptions } from '../cloud.js';
import type { Vm } from '../vm.js';
import { installChain } from './chain.js';
import { root } from './root.js';

const dist = join(root, 'dist');

/** Where the real programs are played: a world, a directory of its own, and the processes that were started in it. */
export class Stage {
  readonly cast: StoryCast;
  readonly directory: string;
  readonly serverPin: string;
  /** A directory in memory: the client writes secrets to tmpfs only. */
  readonly memoryDirectory: string;
  readonly #programDirectory: string;
  readonly #programs: Program[] = [];

  private constructor(cast: StoryCast, directories: readonly [stage: string, memory: string, programs: string], serverPin: string) {
    this.cast = cast;
    [this.directory, this.memoryDirectory, this.#programDirectory] = directories;
    this.serverPin = serverPin;
  }

  /** @param options `programs`: where `server/main.js` and the others are, if not those of this build */
  static async set(options: LocalCloudOptions & { readonly programs?: string } = {}): Promise<Stage> {
    const [directory, memoryDirectory] = await Promise.all(
      [tmpdir(), '/dev/shm'].map((parent) => mkdtemp(join(parent, 'tokendistributor-'))),
    );
    if (directory === undefined || memoryDirectory === undefined) throw new Error('no directory was made');
    const cast = await startStoryCast(options);
    try {
      const { serverPin } = installChain(cast, join(directory, 'certs'));
      const stage = new Stage(cast, [directory, memoryDirectory, options.programs ?? dist], serverPin);
      await stage.write('alice.json', JSON.stringify(cast.cloud.endpointsFor(cast.alice)));
      await stage.write('server.json', JSON.stringify(cast.cloud.endpointsFor(cast.server)));
      return stage;
    } catch (error) {
      await cast.cloud.stop();
      await removeAll(directory, memoryDirectory);
      throw error;
    }
  }

  path(...names: readonly string[]): string {
    return join(this.directory, ...names);
  }

  async write(name: string, text: string): Promise<string> {
    const path = this.path(name);
    await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
    await writeFile(path, text, { mode: 0o600 });
    return path;
  }

  /** Starts one of the real programs. */
  start(program: 'server' | 'client' | 'provisioner', args: readonly string[], options: ProgramOptions = {}): Program {
    const started = new Program([join(this.#programDirectory, program, 'main.js'), ...args], { cwd: this.directory, ...options });
    this.#programs.push(started);
    return started;
  }

  /** Alice's TokenServer on a free port, with certificates from her Secret Manager. Resolves when it is ready. */
  async startServer(
    flags: readonly string[] = [],
    options: ProgramOptions = {},
  ): Promise<{ readonly server: Program; readonly address: string }> {
    const secret = (name: string): string => `projects/${story.alice.project.number}/secrets/${name}`;
    const server = this.start(
      'server',
      [
        ...['--endpoints', this.path('server.json'), '--grpcport', '127.0.0.1:0', '--tsAudience', audience],
        ...['--useMTLS', '--useSecrets', '--tlsCert', secret('tls_crt'), '--tlsKey', secret('tls_key'), '--tlsCertChain', secret('tls-ca')],
        ...['--firestoreProjectId', story.alice.project.id, '--firestoreCollectionName', 'foo'],
        ...flags,
      ],
      options,
    );
    const ready = await server.waitForLine((line) => line.startsWith('tokenserver ready on '), 'the ready line of the server');
    return { server, address: /ready on (\S+)/.exec(ready)?.[1] ?? '' };
  }

  /** Bob makes his VM; its startup script names this server. */
  async insertVm(setting: ClientSetting): Promise<Vm> {
    const vm = await insertStoryVm(this.cast, setting);
    await this.write('vm.json', JSON.stringify(this.cast.cloud.endpointsFor(vm)));
    return vm;
  }

  /** The TokenClient with the arguments of the startup script, and what local mode needs beside them. */
  startClient(vm: Vm, setting: ClientSetting, flags: readonly string[] = [], options: ProgramOptions = {}): Program {
    return this.start(
      'client',
      [...clientArguments(setting), '--endpoints', this.path('vm.json'), '--tpm', vm.tpmLocation, ...flags],
      options,
    );
  }

  /** Ends every program and the world, and removes the directories. */
  async clear(): Promise<void> {
    await Promise.all(this.#programs.map((program) => program.stop()));
    await this.cast.cloud.stop();
    await removeAll(this.directory, this.memoryDirectory);
  }
}

async function removeAll(...directories: readonly string[]): Promise<void> {
  await Promise.all(directories.map((directory) => rm(directory, { recursive: true, force: true })));
}
