import { z } from 'zod';
import { AppError } from '../../base/index.js';
import type { Cloud } from '../../gcp/index.js';
import { parsePcrPolicyFile } from '../../record/index.js';
import type { ShowConfig } from '../config.js';
import { exitCodes, type ExitCode } from '../exit.js';
import type { Program } from '../program.js';

const observationSchema = z.object({
  bank: z.enum(['', 'sha1', 'sha256', 'sha384']),
  pcrs: z.string().max(65_536),
  resetCount: z.number(),
  restartCount: z.number(),
  observedAt: z.date(),
});

/**
 * `baseline`: what a VM attested under policy `observe`, as a file for `--pcrPolicy`. The server stored only values that a
 * quote of the VM's own TPM signed; whether they are good values is for a person to say.
 */
export async function baseline({ instanceId, json }: ShowConfig, cloud: Cloud, program: Program): Promise<ExitCode> {
  const stored = await cloud.state.get(`observed.${instanceId}`);
  if (stored === undefined) {
    const todo = 'approve it with --releasePolicy observe, and let its client attest';
    throw new AppError('CLOUD_NOT_FOUND', `VM ${instanceId} was not observed: ${todo}`);
  }
  const { bank, pcrs, resetCount, restartCount, observedAt } = read(stored);
  if (bank === '')
    throw new AppError(
      'CLOUD_NOT_FOUND',
      `VM ${instanceId} attested, but sent no register values that match; update its client, and let it attest again`,
    );
  const policy = parsePcrPolicyFile('the observation', `{"${bank}": ${pcrs}}`, { allowSha1: true });
  program.complain(
    `observed at ${observedAt.toISOString()}; reset counter ${resetCount}, restart counter ${restartCount} (--bootPolicy same_boot --resetCount ${resetCount})`,
  );
  program.complain('these are the values that this VM had, not values that are known to be good: review the VM first');
  program.result({ instanceId, policy, resetCount, restartCount, observedAt });
  if (!json) program.print(`${JSON.stringify(policy, undefined, 2)}\n`);
  return exitCodes.done;
}

function read(stored: unknown): z.infer<typeof observationSchema> {
  const parsed = observationSchema.safeParse(stored);
  if (!parsed.success) throw new AppError('RECORD_MALFORMED', 'the stored observation is not of the expected shape');
  return parsed.data;
}
