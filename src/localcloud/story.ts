import { defaultBootImage } from './images.js';
import type { VmSpec } from './insert-act.js';
import { clientScript } from './story-script.js';

/** The cast and the props of the story that `npm run local` and the demo play. */
export const story = {
  alice: {
    project: { id: 'alice-project', number: '708288290784' },
    /** Reviews and approves at her terminal. */
    person: 'alice@example.com',
    /** Runs the TokenServer. */
    server: 'tokenserver@alice-project.iam.gserviceaccount.com',
  },
  bob: {
    project: { id: 'bob-project', number: '248928956783' },
    person: 'bob@example.com',
    vmAccount: 'tokenclient@bob-project.iam.gserviceaccount.com',
  },
} as const;

/** What the client's arguments in the startup script depend on. */
export interface ClientSetting {
  /** host:port of the TokenServer. */
  readonly address: string;
  /** `sha256/...` of the CA that Alice's server certificate hangs from. */
  readonly serverPin: string;
}

/** The audience that client and server agree on. */
export const audience = 'https://tokenserver.alice.example.com';

/** The arguments that the approved startup script gives to the client. The demo starts the real client with exactly these. */
export const clientArguments = ({ address, serverPin }: ClientSetting): readonly string[] => {
  const secret = (name: string): string => `projects/${story.bob.project.number}/secrets/${name}`;
  return [
    ...['--address', address, '--servername', serverName, '--tsAudience', audience, '--tlsServerPin', serverPin],
    ...[
      '--useMTLS',
      '--useSecrets',
      '--tlsClientCert',
      secret('tls_crt'),
      '--tlsClientKey',
      secret('tls_key'),
      '--tlsCertChain',
      secret('tls-ca'),
    ],
    ...['--useTPM', '--doAttestation', '--exchangeSigningKey'],
  ];
};

/** The name in the server's certificate. */
export const serverName = 'tokenservice.esodemoapp2.com';

const image =
  'us-docker.pkg.dev/bob-project/tokenclient/tokenclient@sha256:0b3c2ec4a4b0a3ed35a1ee0c7d1c5b8b0f2f1c0e7a4c8a7b4bdf8f43c9cf0c1e';

/** Bob's VM: every switch that lets somebody in is off at the instance itself. */
export const storyVm = (setting: ClientSetting): VmSpec => ({
  project: story.bob.project.id,
  zone: 'us-central1-a',
  name: 'tokenclient',
  serviceAccount: story.bob.vmAccount,
  bootImage: defaultBootImage,
  shielded: { enableSecureBoot: true, enableVtpm: true, enableIntegrityMonitoring: true },
  metadata: {
    'user-data': clientScript(image, clientArguments(setting)),
    'block-project-ssh-keys': 'TRUE',
    'serial-port-enable': 'FALSE',
    'serial-port-logging-enable': 'FALSE',
    'enable-oslogin': 'FALSE',
    'enable-osconfig': 'FALSE',
    'enable-guest-attributes': 'FALSE',
    'google-logging-enabled': 'FALSE',
    'cos-update-strategy': 'update_disabled',
  },
});

/** SHA-256 value of PCR 0 on a GCE VM without confidential technology, firmware version 2: Google publishes the parts. */
export const pcr0 = 'd0c70a9310cd0b55767084333022ce53f42befbb69c059ee6c0a32766f160783';
