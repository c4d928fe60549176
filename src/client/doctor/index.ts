// tokenclient doctor: what would keep a client with these flags from its secrets. It receives none and changes nothing.
import { createLog } from '../../base/index.js';
import type { ClientConfig } from '../config.js';
import { ExitCode } from '../exit-codes.js';
import { fail, type ClientCloud, type Io } from '../io.js';
import { connect } from '../prepare.js';
import { broken, skipped, type DoctorFinding } from './finding.js';
import { lookAtHygiene, lookAtTpm } from './machine-look.js';
import { lookAtServer } from './server-look.js';
import { lookAtMetadata, lookAtToken } from './token-look.js';

/** What nobody can see from Bob's VM. */
const aliceMayRead = skipped(
  'alice-may-read',
  "what Alice's account may read in this project cannot be told from the VM: the provisioner's review names each missing permission",
);

/** Looks at everything, prints a line per finding (--json: all of them). @returns 0, or ExitCode.doctor when one has to be mended. */
export async function runDoctor(config: ClientConfig, io: Io): Promise<number> {
  const log = createLog({ name: 'tokenclient', level: 'error', write: io.stderr });
  let cloud: ClientCloud;
  try {
    cloud = io.openCloud(config, log);
  } catch (error) {
    return fail(io, error, ExitCode.badFiles);
  }
  try {
    const findings = [
      ...(await lookAtMetadata(cloud)),
      ...(await lookAtToken(config, cloud, io.now())),
      ...(await lookAtTpm(config)),
      ...(await lookAtHygiene(config, io)),
      ...(await connectAndLook(config, io)),
      aliceMayRead,
    ];
    io.stdout(config.printsJson ? `${JSON.stringify(findings, undefined, 2)}\n` : findings.map(textOf).join(''));
    return findings.some(({ outcome }) => outcome === 'fail') ? ExitCode.doctor : ExitCode.done;
  } finally {
    await cloud.close();
  }
}

async function connectAndLook(config: ClientConfig, io: Io): Promise<readonly DoctorFinding[]> {
  const log = createLog({ name: 'tokenclient', level: 'error', write: io.stderr });
  try {
    const { cloud, server } = await connect(config, io, log);
    try {
      return await lookAtServer(config, server);
    } finally {
      server.close();
      await cloud.close();
    }
  } catch (error) {
    return [
      broken('certificates', error, 'mend the file or secret that the line names'),
      skipped('server', 'there are no certificates to reach it with'),
    ];
  }
}

const textOf = ({ outcome, check, detail, remedy }: DoctorFinding): string =>
  `${outcome.padEnd(8)}${check.padEnd(17)}${detail}\n${remedy === undefined || remedy === 'see above' ? '' : `${' '.repeat(25)}-> ${remedy}\n`}`;
