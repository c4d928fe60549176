import type { Log } from '../base/index.js';
import type { ClientConfig } from './config.js';
import type { Io } from './io.js';
import type { Prepared } from './prepare.js';
import type { ReleaseConversation } from './release.js';

/** A conversation with the server, and what it needs beside it. */
export interface ClientLife {
  readonly config: ClientConfig;
  readonly io: Io;
  readonly log: Log;
  readonly prepared: Prepared;
  readonly conversation: ReleaseConversation;
}
