import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTerminal, type TerminalSession } from '../../support/terminal.js';
import { newJsonKeyset, Stage, story, pcr0, type ClientSetting, type Program, type Vm } from '../../../src/localcloud/index.js';

/** The secrets that Alice approves in these tests. */
export const secrets = [
  { name: 'secret1', type: 'RAW', data: Buffer.from('canary-raw-5e1f').toString('base64') },
  {
    name: 'secret2',
    type: 'TINK',
    data: 'CLnwmtYGEmQKWAowdHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUuY3J5cHRvLnRpbmsuQWVzR2NtS2V5EiIaIA7TocwCm37/3vReEGSRsoSp+a0KAq+KYEKqKH5dVqC4GAEQARi58JrWBiAB',
  },
];

/** Which Firestore stands behind the suite: the emulator in the process, or the official one (npm run test:official). */
const firestore = process.env['LOCALCLOUD_FIRESTORE'] ?? 'in-process';

/** A local cloud with a real TokenServer process, Bob's VM with a vTPM, and the real provisioner at hand. */
export class World {
  readonly stage: Stage;
  readonly server: Program;
  readonly vm: Vm;
  readonly setting: ClientSetting;

  private constructor(stage: Stage, server: Program, vm: Vm, setting: ClientSetting) {
    this.stage = stage;
    this.server = server;
    this.vm = vm;
    this.setting = setting;
  }

  static async open(serverFlags: readonly string[] = []): Promise<World> {
    const stage = await Stage.set({ firestore });
    try {
      await stage.write('keyset.json', newJsonKeyset());
      await stage.write('secrets.json', JSON.stringify(secrets));
      const { server, address } = await stage.startServer([
        ...['--secretsKeyset', stage.path('keyset.json')],
        // These tests ask more often than a client does; the limits have tests of their own.
        ...withDefaults(serverFlags, {
          '--settleSeconds': '0',
          '--callsPerMinutePerInstance': '6000',
          '--loggingReadsPerMinute': '600',
        }),
      ]);
      // As many as the server is told. What a small quota does is shown by test/gcp/audit-log, test/server/evidence/history and the bench.
      stage.cast.cloud.stores.logReads.readsPerMinute = 600;
      const setting = { address, serverPin: stage.serverPin };
      return new World(stage, server, await stage.insertVm(setting), setting);
    } catch (error) {
      await stage.clear();
      throw error;
    }
  }

  get cloud(): Stage['cast']['cloud'] {
    return this.stage.cast.cloud;
  }

  #approvalFlags(flags: readonly string[], vm: Vm): readonly string[] {
    return [
      ...['--endpoints', this.stage.path('alice.json'), '--fireStoreProjectId', story.alice.project.id],
      ...['--clientProjectId', vm.project, '--clientVMZone', vm.zone, '--clientVMId', vm.id],
      ...withDefaults(flags, {
        '--secretsFile': this.stage.path('secrets.json'),
        ...(flags.includes('--secretsKmsKey') ? {} : { '--secretsKeyset': this.stage.path('keyset.json') }),
        '--peerAddress': vm.address,
        '--peerSerialNumber': '5',
        '--maxReleases': 'unlimited',
        '--approvedBy': story.alice.person,
      }),
      ...(flags.some((flag) => /--releasePolicy|--pcrPolicy|--attestationPCRValue/.test(flag)) ? [] : ['--attestationPCRValue', pcr0]),
    ];
  }

  /** Runs the provisioner as Alice would, answering yes by flag. Gives the finished program. */
  async approve(flags: readonly string[] = [], vm: Vm = this.vm): Promise<Program> {
    const program = this.stage.start('provisioner', [...this.#approvalFlags(flags, vm), '--yes']);
    await program.ended;
    return program;
  }

  /** Alice at her terminal: she reads the review, and accepts what failed by typing the instance id. */
  approveByHand(flags: readonly string[] = [], vm: Vm = this.vm): Promise<TerminalSession> {
    const provisioner = join(__dirname, '../../../dist/provisioner/main.js');
    return onTerminal([provisioner, ...this.#approvalFlags(flags, vm)], [['type the instance id', `${vm.id}\r`]], {
      cwd: this.stage.directory,
    });
  }

  /** As `approve`, and it must succeed. */
  async mustApprove(flags: readonly string[] = [], vm: Vm = this.vm): Promise<void> {
    const program = await this.approve(flags, vm);
    const code = await program.ended;
    if (code !== 0) throw new Error(`the provisioner ended with ${code}:\n${program.output}`);
  }

  certificate(name: string): Buffer {
    return readFileSync(join(this.stage.directory, 'certs', name));
  }

  close(): Promise<void> {
    return this.stage.clear();
  }
}

/** Flags that the test gave win over the defaults. */
function withDefaults(flags: readonly string[], defaults: Readonly<Record<string, string>>): readonly string[] {
  const missing = Object.entries(defaults).filter(([name]) => !flags.some((flag) => flag === name || flag.startsWith(`${name}=`)));
  return [...flags, ...missing.flat()];
}
