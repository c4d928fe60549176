import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '../../src/base/index.js';
import { RefusedError } from '../../src/client/server-trouble.js';
import { runRevokedCommand } from '../../src/client/workload/revoked-command.js';

const refused = new RefusedError(
  { grpcCode: 7, reason: 'RECORD_REVOKED', decisionId: 'd-1', remedy: 'r', healedBy: 'alice', retryAfterSeconds: undefined },
  undefined,
);
const play = async (command: readonly string[]): Promise<string> => {
  const lines: string[] = [];
  const log = createLog({ name: 'test', level: 'debug', write: (line) => lines.push(line) });
  await runRevokedCommand(command, refused, { log, env: { PATH: process.env['PATH'] } });
  return lines.join('');
};

test('the command finds why in its environment, its words are not read by a shell, and its end is logged', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'revoked-'));
  try {
    const file = join(directory, 'said');
    const script = `require('node:fs').writeFileSync(process.argv[1], [process.env.TOKENCLIENT_REASON, process.env.TOKENCLIENT_DECISION_ID, process.argv[2]].join())`;
    expect(await play([process.execPath, '-e', script, file, '$HOME;id'])).toMatch(/revoked-command-ended/);
    expect(readFileSync(file, 'utf8')).toBe('RECORD_REVOKED,d-1,$HOME;id');
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('a command that cannot be started is logged and ends nothing', async () => {
  expect(await play(['/no/such/command'])).toMatch(/revoked-command-failed/);
});
