import { createServer, type Server } from 'node:http';
import { messageOf, type Log } from '../../base/index.js';
import type { ListenAddress } from '../config.js';
import { listenOn } from '../listen-on.js';
import type { Metrics } from './metrics.js';

/** GET /metrics over plain HTTP on a port of its own, for a scraper on a network that Alice trusts. It holds no secret and no name of a VM. */
export class MetricsListener {
  readonly #server: Server;

  constructor(metrics: Metrics, log: Log) {
    this.#server = createServer((request, response) => {
      if (request.method !== 'GET' || request.url !== '/metrics') {
        response.writeHead(404).end();
        return;
      }
      metrics.text().then(
        ({ body, contentType }) => response.writeHead(200, { 'content-type': contentType }).end(body),
        (error: unknown) => {
          log.error('metrics.failed', { error: messageOf(error) });
          response.writeHead(500).end();
        },
      );
    });
    this.#server.requestTimeout = 10_000;
    this.#server.maxConnections = 20;
  }

  /** @returns the port. @throws AppError CONFIG_INVALID when it cannot be listened on. */
  async listen(address: ListenAddress): Promise<number> {
    return await listenOn(this.#server, 'metricsPort', address);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
