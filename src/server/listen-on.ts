import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { AppError } from '../base/index.js';
import type { ListenAddress } from './config.js';
import { systemCode } from './system-error.js';

/**
 * Begins to listen; an empty host stands for all addresses. @param flag the one that names the address, for the error.
 * @returns the port. @throws AppError CONFIG_INVALID when the address cannot be listened on.
 */
export async function listenOn(server: Server, flag: string, { host, port }: ListenAddress): Promise<number> {
  server.listen({ port, ...(host === '' ? {} : { host }) });
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new AppError('CONFIG_INVALID', `--${flag} ${host}:${port} cannot be listened on (${systemCode(cause)})`, { cause });
  }
  return (server.address() as AddressInfo).port;
}
