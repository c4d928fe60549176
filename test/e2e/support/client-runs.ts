import { createCipheriv, randomBytes } from 'node:crypto';
import { audience, pcr0, story, type Program, type ProgramOptions, type Vm } from '../../../src/localcloud/index.js';
import { Tpm, ekPublicArea } from '../../../src/tpm-device/index.js';
import { decodePublic, encodeImportBlob, sealToEk } from '../../../src/tpm/index.js';
import type { World } from './world.js';

/** An entry of secrets.json. */
export interface SecretEntry {
  readonly name: string;
  readonly type: 'RAW' | 'TPM' | 'TINK';
  readonly data: string;
}

export const raw = (name: string, value: string | Buffer): SecretEntry => ({
  name,
  type: 'RAW',
  data: Buffer.from(value).toString('base64'),
});

/** Sealed to the vTPM of this VM and to a value of its PCR 0, as the provisioner seals. */
export const sealed = (vm: Vm, name: string, value: Buffer, pcrValue = pcr0): Promise<SecretEntry> =>
  sealedTo(vm, name, value, new Map([[0, Buffer.from(pcrValue, 'hex')]]));

/** Sealed to the vTPM of this VM and to these values of its SHA-256 bank. */
export async function sealedTo(vm: Vm, name: string, value: Buffer, values: ReadonlyMap<number, Buffer>): Promise<SecretEntry> {
  const tpm = await Tpm.open(vm.tpmLocation);
  try {
    const ekPublic = decodePublic(await ekPublicArea(tpm, 'rsa'));
    const blob = sealToEk({ ekPublic, data: value, pcrs: { bank: 'sha256', values } });
    return { name, type: 'TPM', data: encodeImportBlob(blob).toString('base64') };
  } finally {
    await tpm.close();
  }
}

/** The two halves of a secret: nonce, AES-256-GCM ciphertext and tag under a one-time key, with the name as associated data. */
export async function indirect(vm: Vm, name: string, value: Buffer): Promise<readonly SecretEntry[]> {
  const [key, nonce] = [randomBytes(32), randomBytes(12)];
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(name));
  const ciphertext = Buffer.concat([nonce, cipher.update(value), cipher.final(), cipher.getAuthTag()]);
  return [raw(`${name}_ciphertext`, ciphertext), await sealed(vm, `${name}_key`, key)];
}

/** Alice approves the VM of the world with these secrets. */
export async function approveWith(world: World, secrets: readonly SecretEntry[], flags: readonly string[] = []): Promise<void> {
  const file = await world.stage.write('client-secrets.json', JSON.stringify(secrets));
  await world.mustApprove(['--secretsFile', file, ...flags]);
}

/** The real client with a command word, the flags of the startup script and these; flags given here win. */
export function startClient(
  world: World,
  command: 'run' | 'sign' | 'doctor' | undefined,
  flags: readonly string[],
  options: ProgramOptions & { readonly without?: readonly string[] } = {},
): Program {
  const { without = [], ...rest } = options;
  const standard = pairs([
    ...startupFlags(world),
    ...['--endpoints', world.stage.path('vm.json'), '--tpm', world.vm.tpmLocation, '--pollWaitSeconds', '1'],
  ]).filter(([name]) => !without.includes(name ?? '') && !flags.includes(name ?? ''));
  const word = command === undefined ? [] : [command];
  return world.stage.start('client', [...word, ...standard.flat(), ...flags], rest);
}

/** What the startup script of Bob's VM gives to the client. */
function startupFlags({ setting }: World): readonly string[] {
  const secret = (name: string): string => `projects/${story.bob.project.number}/secrets/${name}`;
  return [
    ...['--address', setting.address, '--sniServerName', 'tokenservice.esodemoapp2.com', '--tsAudience', audience],
    ...['--tlsServerPin', setting.serverPin, '--useMTLS', '--useSecrets', '--tlsCertChain', secret('tls-ca')],
    ...['--tlsClientCert', secret('tls_crt'), '--tlsClientKey', secret('tls_key')],
    ...['--useTPM', '--doAttestation', '--exchangeSigningKey'],
  ];
}

/** A flag with its value, or alone. */
function pairs(words: readonly string[]): readonly (readonly string[])[] {
  const found: string[][] = [];
  for (const word of words) {
    if (word.startsWith('--')) found.push([word]);
    else found.at(-1)?.push(word);
  }
  return found;
}

/** Every way in which bytes could be written into a text: as they are, hex, base64, base64url; whole and without their ends. */
export function formsOf(secret: Buffer): readonly string[] {
  const aligned = [0, 1, 2].map((skip) => secret.subarray(skip, secret.length - ((secret.length - skip) % 3)));
  return [
    secret.toString('latin1'),
    secret.toString('hex'),
    secret.toString('hex').toUpperCase(),
    ...aligned.flatMap((part) => [part.toString('base64'), part.toString('base64url')]),
    [...secret].join(','),
    [...secret].join(', '),
  ];
}
