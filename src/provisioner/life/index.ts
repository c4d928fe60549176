import type { LifeConfig } from '../config.js';
import type { ExitCode } from '../exit.js';
import type { Program } from '../program.js';
import { baseline } from './baseline.js';
import { extend, revoke } from './change.js';
import { diff } from './diff.js';
import { history } from './history.js';
import { list } from './list.js';
import { pending } from './pending.js';
import { rewrap } from './rewrap.js';
import { show } from './show.js';
import { verifySignature } from './verify-signature.js';

/** What happens to approvals after they were written. @throws AppError as the record store */
export async function runLife(config: LifeConfig, program: Program): Promise<ExitCode> {
  const cloud = program.openCloud(config);
  try {
    switch (config.command) {
      case 'pending':
        return await pending(config, cloud, program);
      case 'list':
        return await list(config, cloud, program);
      case 'show':
        return await show(config, cloud, program);
      case 'history':
        return await history(config, cloud, program);
      case 'diff':
        return await diff(config, cloud, program);
      case 'baseline':
        return await baseline(config, cloud, program);
      case 'revoke':
        return await revoke(config, cloud, program);
      case 'extend':
        return await extend(config, cloud, program);
      case 'rewrap':
        return await rewrap(config, cloud, program);
      case 'verify-signature':
        return await verifySignature(config, cloud, program);
    }
  } finally {
    await cloud.close();
  }
}
