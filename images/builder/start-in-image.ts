import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { readEntrypoint } from './oci-layout.js';

/**
 * Becomes the program of an unpacked image (`node dist/builder/main.js unpack`): its entry point with the arguments of this
 * process, without a container engine (images/in-image). Signals and the exit code are passed on.
 */
export function startInImage(name: string): void {
  const project = join(__dirname, '../..');
  const images = join(project, 'dist/images');
  const command = [join(images, 'rootfs', name), ...readEntrypoint(join(images, name)), ...process.argv.slice(2)];
  const child = spawn(join(project, 'images/in-image'), command, { stdio: 'inherit' });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => process.exit(code ?? 128));
}
