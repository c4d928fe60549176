import { commands, Tpm } from '../../../src/tpm-device/index.js';
import { startSwtpm, type Swtpm } from '../../support/swtpm.js';

/** The swtpm of one test file and the connection to it. */
export interface Device {
  readonly swtpm: Swtpm;
  /** A test that closes it puts another one here. */
  tpm: Tpm;
}

/**
 * Starts swtpm before the tests of the file that calls this, expects after each of them that no object and no session is left
 * loaded, and stops it after the last. The device is there from the first hook on.
 */
export function deviceOfThisFile(options: Parameters<typeof startSwtpm>[0] = {}): Device {
  const device = {} as { swtpm: Swtpm; tpm: Tpm };

  beforeAll(async () => {
    device.swtpm = await startSwtpm(options);
    device.tpm = await Tpm.open(device.swtpm.location);
  });

  afterEach(async () => {
    expect(await commands.getHandles(device.tpm, 'transient')).toEqual([]);
    expect(await commands.getHandles(device.tpm, 'loadedSession')).toEqual([]);
  });

  afterAll(async () => {
    await device.tpm.close();
    await device.swtpm.stop();
  });

  return device;
}
