import { watchFile, unwatchFile } from 'node:fs';
import { createLog, helpText, isAppError, messageOf } from '../base/index.js';
import type { Cloud } from '../gcp/index.js';
import { flags, readConfig, wantsHelp, type ServerConfig } from './config.js';
import { explainCommand } from './explain/command.js';
import { startServer, type RunningServer } from './server.js';
import { loadTlsMaterial } from './service/certificates.js';
import type { RunParts } from './run-parts.js';
import { weakSettings } from './weak-settings.js';

/** A server that runs, or the exit code of a start that ended at once. */
export type RunResult =
  { readonly kind: 'done'; readonly exitCode: 0 | 1 | 2 | 3 } | { readonly kind: 'running'; readonly running: Running };

export interface Running {
  readonly port: number;
  readonly healthPort: number | undefined;
  /** Reads certificate and key again; a bad one is logged and the old one stays. */
  reload(): Promise<void>;
  /** Lets running calls end, then closes everything. */
  stop(): Promise<void>;
}

const drainMs = 15_000;
const watchIntervalMs = 5_000;

const usage = [
  'tokenserver: releases secrets to approved, attested VMs',
  '',
  'usage: tokenserver --tsAudience AUDIENCE --firestoreProjectId PROJECT [flags]',
  '       tokenserver explain INSTANCE_ID [--json] FLAGS OF THE SERVER',
  '',
  'explain prints what this server would find about a VM now, check by check, and releases nothing.',
  'Exit codes of explain: 0 nothing stands against a release, 1 could not be read or opened, 2 flags, 3 refused.',
];

/**
 * Starts the TokenServer. Every mistake in flags, files or ports is one clear line on standard error: exit code 2 for
 * flags, 1 for all else.
 */
export async function run(parts: RunParts): Promise<RunResult> {
  if (wantsHelp(parts.args)) {
    parts.print(helpText(usage, flags));
    return { kind: 'done', exitCode: 0 };
  }
  const [word, ...rest] = parts.args;
  if (word === 'explain') return { kind: 'done', exitCode: await explainCommand(parts, rest) };
  let config: ServerConfig;
  try {
    config = readConfig(parts.args, parts.env);
  } catch (error) {
    parts.complain(messageOf(error));
    return { kind: 'done', exitCode: 2 };
  }
  let cloud: Cloud | undefined;
  try {
    if (config.endpointsFile !== undefined)
      parts.print(`LOCAL MODE: Google APIs are those of ${config.endpointsFile}; nothing here is secret`);
    cloud = await parts.openCloud(config);
    return await start(parts, config, cloud);
  } catch (error) {
    parts.complain(isAppError(error) ? messageOf(error) : `cannot start: ${messageOf(error)}`);
    await cloud?.close();
    return { kind: 'done', exitCode: 1 };
  }
}

async function start(parts: RunParts, config: ServerConfig, cloud: Cloud): Promise<RunResult> {
  const log = createLog({ name: 'tokenserver', level: config.logLevel });
  const loadMaterial = () => loadTlsMaterial(config.tls, () => cloud.secretManager, new Date());
  const material = await loadMaterial();
  const secrets = await parts.openSecrets(config, cloud);
  if (config.checkOnly) {
    parts.print('configuration ok');
    await cloud.close();
    return { kind: 'done', exitCode: 0 };
  }
  for (const { event, fields } of weakSettings(config)) log.warn(event, fields);
  const server = await startServer({ config, cloud, material, secrets, log });
  const reload = async (): Promise<void> => {
    try {
      server.reload(await loadMaterial());
      log.info('certificate.reloaded');
    } catch (error) {
      log.error('certificate.kept', { error: messageOf(error) });
    }
  };
  const unwatch = watch(config, () => void reload());
  parts.print(readyLine(config, server));
  // Not awaited: callers are served meanwhile, and the first one that needs a client waits for the same load.
  cloud.warm().catch((error: unknown) => log.warn('cloud.not-warm', { error: messageOf(error) }));
  return {
    kind: 'running',
    running: {
      port: server.port,
      healthPort: server.healthPort,
      reload,
      stop: async () => {
        unwatch();
        await server.stop(drainMs);
        await cloud.close();
      },
    },
  };
}

function readyLine({ listen, tls }: ServerConfig, { port, healthPort, metricsPort }: RunningServer): string {
  const host = listen.host === '' ? '*' : listen.host.includes(':') ? `[${listen.host}]` : listen.host;
  const health = healthPort === undefined ? '' : `, health on port ${healthPort}`;
  const metrics = metricsPort === undefined ? '' : `, metrics on port ${metricsPort}`;
  return `tokenserver ready on ${host}:${port} (${tls.clientAuthorities === undefined ? 'TLS' : 'mTLS'})${health}${metrics}`;
}

/** Looks at certificate files every 5 s. Secret Manager is read again on SIGHUP only. */
function watch({ tls }: ServerConfig, changed: () => void): () => void {
  if (tls.from !== 'files') return () => undefined;
  const files = [tls.certificate, tls.key, ...(tls.clientAuthorities === undefined ? [] : [tls.clientAuthorities])];
  for (const file of files) watchFile(file, { interval: watchIntervalMs, persistent: false }, changed);
  return () => {
    for (const file of files) unwatchFile(file, changed);
  };
}
