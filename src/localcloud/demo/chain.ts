import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../base/index.js';
import { serverName, story } from '../story.js';
import type { StoryCast } from '../story-world.js';
import { root } from './root.js';

/** What the certificates are called in the Secret Manager of each party, and the files they come from. */
const secrets = {
  [story.alice.project.id]: { tls_crt: 'tokenservice.crt', tls_key: 'tokenservice.key', 'tls-ca': 'tls-ca.crt' },
  [story.bob.project.id]: { tls_crt: 'tokenclient.crt', tls_key: 'tokenclient.key', 'tls-ca': 'tls-ca.crt' },
} as const;

/**
 * Makes a certificate chain in `directory` with the command that users run, unless one is there, and puts each party's part
 * into its Secret Manager. Gives the pin of the TLS CA. No key leaves the directory and the two projects of the local cloud.
 */
export function installChain({ cloud }: StoryCast, directory: string): { readonly serverPin: string } {
  if (!existsSync(join(directory, 'tls-ca.crt'))) {
    execFileSync(process.execPath, [join(root, 'dist/certs/main.js'), '--out', directory, '--serverName', serverName], { stdio: 'pipe' });
  }
  for (const [projectId, files] of Object.entries(secrets)) {
    for (const [name, file] of Object.entries(files)) cloud.addSecretVersion(projectId, name, readFileSync(join(directory, file)));
  }
  const ca = new X509Certificate(readFileSync(join(directory, 'tls-ca.crt')));
  return { serverPin: `sha256/${sha256(ca.publicKey.export({ type: 'spki', format: 'der' })).toString('base64')}` };
}
