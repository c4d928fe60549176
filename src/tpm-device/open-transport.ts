import { isAbsolute } from 'node:path';
import { AppError } from '../base/index.js';
import { openDevice } from './device-transport.js';
import { connectSocket } from './socket-transport.js';
import type { TpmTransport } from './transport.js';

/**
 * Opens a TPM by its location:
 * - an absolute path such as `/dev/tpmrm0`: a character device of the Linux driver;
 * - `tcp://127.0.0.1:PORT`: a software TPM on this machine. Other hosts are refused: TPM traffic is not protected on its way;
 * - `unix:/path`: a software TPM on a UNIX socket.
 *
 * @throws AppError CONFIG_INVALID for anything else, TPM_UNAVAILABLE when it cannot be opened (the message says what to do).
 */
export async function openTransport(location: string): Promise<TpmTransport> {
  if (isAbsolute(location)) return openDevice(location);
  if (location.startsWith('unix:/')) return connectSocket({ path: location.slice('unix:'.length) }, location);
  const tcp = /^tcp:\/\/(127\.0\.0\.1|localhost|\[::1\]):(\d{1,5})$/.exec(location);
  if (tcp !== null) {
    const [, host = '', port = ''] = tcp;
    if (Number(port) > 0 && Number(port) < 65_536) return connectSocket({ host: host.replace(/[[\]]/g, ''), port: Number(port) }, location);
  }
  throw new AppError(
    'CONFIG_INVALID',
    `"${location}" is no TPM location: give a device such as /dev/tpmrm0, unix:/path/to/socket, or tcp://127.0.0.1:PORT (this machine only)`,
  );
}
