import { fail, type ReviewFinding } from '../../finding.js';
import type { WrittenFile } from './document.js';

const guestAgentSettings = '/etc/default/instance_configs.cfg';

/** Lines of the guest agent's settings that switch something off. Others can switch on, or name programs. */
const offSwitches: ReadonlySet<string> = new Set([
  ...['[Daemons]', 'accounts_daemon = false', 'clock_skew_daemon = false'],
  ...['[MetadataScripts]', 'startup = false', 'shutdown = false'],
  ...['[Core]', 'on_demand_plugins = false', 'acs_client = false'],
]);

/** Files that are known: services of the script, whose settings are judged, and the guest agent's settings with nothing but off. */
export const lintFiles = (files: readonly WrittenFile[]): readonly ReviewFinding[] =>
  files.flatMap(({ path, content }) => {
    if (/^\/etc\/systemd\/system\/[A-Za-z0-9_-]+\.service$/.test(path)) return [];
    const lines = content.split('\n').filter((line) => line.trim() !== '');
    if (path === guestAgentSettings && lines.every((line) => offSwitches.has(line.trim()))) return [];
    const what =
      path === guestAgentSettings ? `${path} does more than switch off` : `writes ${path}: what reads that file is not known here`;
    return [fail('script-files', what, 'have the VM made without it', true)];
  });
