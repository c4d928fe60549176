import { found } from '../../../src/facts/index.js';
import type { ProvisioningRecord } from '../../../src/record/index.js';
import { Attester } from './attester.js';
import { startWorld, type World } from './world.js';

/** A TPM for the whole test file, and for each test a server that knows it. */
export interface Scene {
  readonly attester: Attester;
  /** A test that stops it puts another one here. */
  world: World;
}

/** Google tells the EK of this TPM. */
export function introduce({ attester, world }: Scene): void {
  world.cloud.identity = found({ ekPublicPem: attester.ekPem, ekCertificatePem: '', akPublicPem: '', akCertificatePem: '' });
}

/** Alice approves the VM with this EK and with the registers as they are now. */
export async function approveIn(
  { attester, world }: Scene,
  overrides: Readonly<Record<string, unknown>> = {},
): Promise<ProvisioningRecord> {
  return world.approve({
    ek_encryption_key: attester.ekPem,
    ak_signing_key: '',
    boot_policy: 'any_boot',
    pcr_policy: await attester.pcrPolicy(),
    ...overrides,
  });
}

/** Opens the scene for the tests of the file that calls this: the TPM once, a server with an approved VM before each test. */
export function sceneOfThisFile(): Scene {
  const scene = {} as { attester: Attester; world: World };

  beforeAll(async () => {
    scene.attester = await Attester.start();
  });

  afterAll(async () => {
    await scene.attester.stop();
  });

  beforeEach(async () => {
    scene.world = await startWorld();
    introduce(scene);
    await approveIn(scene);
  });

  afterEach(async () => {
    await scene.world.stop();
  });

  return scene;
}
