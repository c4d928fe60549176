import { Agent, request } from 'node:http';

/** HTTP with connections kept open, and nothing else: the answer is read whole and parsed. */
export class BareHttp {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 128 });
  readonly #authorization: string;

  constructor(accessToken: string) {
    this.#authorization = `Bearer ${accessToken}`;
  }

  /** @param body JSON; GET without one. @throws Error for any status but 200 */
  async call(url: string, body?: string): Promise<unknown> {
    try {
      return await this.#attempt(url, body);
    } catch (error) {
      // The far side closed a connection that was kept open, at the moment of its next use.
      if (error instanceof Error && 'code' in error && error.code === 'ECONNRESET') return this.#attempt(url, body);
      throw error;
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #attempt(url: string, body: string | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const headers: Record<string, string | number> = { authorization: this.#authorization };
      if (body !== undefined) Object.assign(headers, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
      const outgoing = request(url, { agent: this.#agent, method: body === undefined ? 'GET' : 'POST', headers }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const answer = Buffer.concat(chunks).toString('utf8');
          if (incoming.statusCode === 200) resolve(JSON.parse(answer));
          else reject(new Error(`${url} answered ${incoming.statusCode ?? 0}: ${answer.slice(0, 200)}`));
        });
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }
}
