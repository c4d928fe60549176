import { AppError } from '../base/index.js';
import type { MetadataServer } from './cloud.js';
import { withDeadline } from './deadline.js';
import { connect, readBounded } from './http.js';

/** The metadata server under its documented name. */
export const metadataServerUrl = 'http://metadata.google.internal';

const maxTokenBytes = 16 * 1024;
const maxValueBytes = 512 * 1024;

/**
 * Reads the metadata server of this VM. Every answer must carry `Metadata-Flavor: Google`, so that another server at that
 * address is not taken for it. Nothing is cached.
 * @see https://cloud.google.com/compute/docs/metadata/querying-metadata
 */
export function openMetadataServer(options: { readonly baseUrl: string; readonly deadlineMs: number }): MetadataServer {
  const get = (path: string, maxAnswerBytes: number, signal: AbortSignal | undefined): Promise<string> => {
    const call = { what: 'metadata server', url: new URL(`/computeMetadata/v1/${path}`, options.baseUrl).href, maxAnswerBytes };
    return withDeadline({ ...call, deadlineMs: options.deadlineMs, signal }, async ({ signal: bounded }) => {
      const response = await connect(call, { headers: { 'metadata-flavor': 'Google' }, redirect: 'error', signal: bounded });
      const body = await readBounded(response, call);
      if (response.headers.get('metadata-flavor') !== 'Google') throw unavailable('does not carry Metadata-Flavor: Google');
      if (response.status === 404) throw new AppError('CLOUD_NOT_FOUND', 'the metadata server has no such value');
      if (!response.ok) throw unavailable(`has HTTP status ${response.status}`);
      return body.toString('utf8');
    });
  };
  return {
    identityToken: async (audience, signal) => {
      const query = new URLSearchParams({ audience, format: 'full' }).toString();
      const token = (await get(`instance/service-accounts/default/identity?${query}`, maxTokenBytes, signal)).trim();
      if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) throw unavailable('is not an identity token');
      return token;
    },
    value: async (path, signal) => {
      if (!/^[A-Za-z0-9_-]+(?:\/[A-Za-z0-9_.-]+)*\/?$/.test(path) || path.split('/').includes('..')) {
        throw new AppError('INTERNAL', 'this is not a path below computeMetadata/v1/');
      }
      return get(path, maxValueBytes, signal);
    },
  };
}

const unavailable = (why: string): AppError => new AppError('CLOUD_UNAVAILABLE', `the answer of the metadata server ${why}`);
