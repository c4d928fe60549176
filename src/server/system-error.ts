import { messageOf } from '../base/index.js';

/** What the operating system called a failure, for example ENOENT or EADDRINUSE; else the text of the error. */
export const systemCode = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : messageOf(error);
