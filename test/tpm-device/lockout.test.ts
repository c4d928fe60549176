import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commands, passwordAuth } from '../../src/tpm-device/index.js';
import { startSwtpm, type Swtpm } from '../support/swtpm.js';
import { runTool, withTpmOf } from './support/tools.js';

let swtpm: Swtpm;
beforeAll(async () => {
  swtpm = await startSwtpm();
  await writeFile(join(swtpm.directory, 'data'), 'sealed with a password');
  await runTool(swtpm, 'tpm2_createprimary -C o -c parent.ctx');
  await runTool(swtpm, 'tpm2_create -C parent.ctx -i data -p right -u sealed.pub -r sealed.priv');
  await runTool(swtpm, 'tpm2_load -C parent.ctx -u sealed.pub -r sealed.priv -c sealed.ctx');
  await runTool(swtpm, 'tpm2_evictcontrol -C o -c sealed.ctx 0x81000010');
});
afterAll(() => swtpm.stop());

test('a TPM that locks itself after wrong passwords says so, and opens again by what the message advises', async () => {
  await runTool(swtpm, 'tpm2_dictionarylockout -s -n 3 -t 1000 -l 1000');
  const unseal = (password: string): Promise<Buffer> =>
    withTpmOf(swtpm, (tpm) => commands.unseal(tpm, 0x81000010, passwordAuth(Buffer.from(password))));
  for (let i = 0; i < 3; i++) await expect(unseal('wrong')).rejects.toMatchObject({ context: { rcName: 'AUTH_FAIL' } });
  await expect(unseal('right')).rejects.toMatchObject({
    code: 'TPM_UNAVAILABLE',
    message: expect.stringMatching(/locked out.*wait for its recovery time, or reset it with tpm2_dictionarylockout -c/) as string,
  });
  await runTool(swtpm, 'tpm2_dictionarylockout -c');
  expect((await unseal('right')).toString()).toBe('sealed with a password');
});
