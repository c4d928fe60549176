import type { Check } from '../../src/base/index.js';
import { absent, forbidden } from '../../src/facts/index.js';
import { bootDiskUntouched } from '../../src/appraisal/checks/boot-disk-untouched.js';
import { bootImage } from '../../src/appraisal/checks/boot-image.js';
import { disksExist } from '../../src/appraisal/checks/disks-exist.js';
import { ekMatches } from '../../src/appraisal/checks/ek-matches.js';
import { historyReadable } from '../../src/appraisal/checks/history-readable.js';
import { historySettled } from '../../src/appraisal/checks/history-settled.js';
import { initScriptHash } from '../../src/appraisal/checks/init-script-hash.js';
import { instanceMembersKnown } from '../../src/appraisal/checks/instance-members-known.js';
import { machineFeatures } from '../../src/appraisal/checks/machine-features.js';
import { metadataEffective } from '../../src/appraisal/checks/metadata-effective.js';
import { metadataInstance } from '../../src/appraisal/checks/metadata-instance.js';
import { metadataProject } from '../../src/appraisal/checks/metadata-project.js';
import { networkShape } from '../../src/appraisal/checks/network-shape.js';
import { noUnapprovedChange } from '../../src/appraisal/checks/no-unapproved-change.js';
import { onlyApprovedDisks } from '../../src/appraisal/checks/only-approved-disks.js';
import { peerAddress } from '../../src/appraisal/checks/peer-address.js';
import { peerCertificateFingerprint } from '../../src/appraisal/checks/peer-certificate-fingerprint.js';
import { peerCertificateSerial } from '../../src/appraisal/checks/peer-certificate-serial.js';
import { permissionsGranted } from '../../src/appraisal/checks/permissions-granted.js';
import { quoteClock } from '../../src/appraisal/checks/quote-clock.js';
import { quotePcrDigest } from '../../src/appraisal/checks/quote-pcr-digest.js';
import { serviceAccountLive } from '../../src/appraisal/checks/service-account-live.js';
import { serviceAccountMatches } from '../../src/appraisal/checks/service-account-matches.js';
import { shieldedConfig } from '../../src/appraisal/checks/shielded-config.js';
import { signingKeyCertified } from '../../src/appraisal/checks/signing-key-certified.js';
import { tokenAge } from '../../src/appraisal/checks/token-age.js';
import {
  arrival,
  attestation,
  b64,
  claims,
  disk,
  evidence,
  goodQuote,
  history,
  instance,
  keyVector,
  laterEntry,
  machine,
  nowSeconds,
  quote,
  record,
  server,
} from './evidence-fixture.js';

// Alice reads these details in her log when a VM is refused or a check does not apply: each must say what was found.

const boot = instance().disks[0]!;
const nic = instance().networkInterfaces[0]!;
const shape = (address: string): string =>
  `["projects/tc-4f4f5a70/global/networks/net","projects/tc-4f4f5a70/regions/us-central1/subnetworks/sub","${address}",["34.121.225.36"],"IPV4_ONLY"]`;
const withNics = (...nics: readonly (typeof nic)[]): ReturnType<typeof evidence> =>
  evidence({
    instance: instance({ networkInterfaces: nics }),
    record: record({ network: { interfaces: nics.map(() => record().network.interfaces[0]) } }),
  });
const nics = (change: Partial<typeof nic>): ReturnType<typeof evidence> =>
  withNics({ ...nic, ...change }, { ...nic, ...change, name: 'nic1' });
const off = server({ validatePeerAddress: false, validatePeerCertificate: false });
const identity = record({ release_policy: 'identity' });
const certified = Buffer.concat([b64(goodQuote.attest_b64).subarray(0, 4), Buffer.from('8017', 'hex')]);
const certification = Buffer.concat([certified, b64(goodQuote.attest_b64).subarray(6, 89), Buffer.from('0001aa0001bb', 'hex')]);
const many = Array.from({ length: 11 }, (_, i) =>
  laterEntry('v1.compute.instances.stop', { insertId: `s${i}`, principalEmail: `bob${i}` }),
);

const row = <E>(check: Check<E>, given: E, detail: string | RegExp): readonly [string, () => string, string | RegExp] => [
  check.id,
  () => {
    const verdict = check.judge(given);
    return verdict.kind === 'pass' ? 'passed' : verdict.kind === 'skip' ? verdict.because : verdict.detail;
  },
  detail,
];

test.each([
  row(
    bootDiskUntouched,
    evidence({ bootDisk: disk({ lastDetachSeconds: 1624363100, lastAttachSeconds: 1624363200, accessMode: 'READ_ONLY_MANY' }) }),
    'the boot disk was detached at 1624363100, was attached at 1624363200, has access mode READ_ONLY_MANY',
  ),
  row(bootImage, evidence({ bootDisk: disk({ sourceImageId: '9' }) }), 'image 9, expected 1234567890'),
  row(bootImage, evidence({ bootDisk: disk({ sourceImageId: undefined }) }), 'image unknown, expected 1234567890'),
  row(
    disksExist,
    arrival({ machine: machine({ bootDisk: absent, zoneMetadata: absent, otherDisks: [absent] }) }),
    'not found: boot disk, zone metadata, 1 other disks',
  ),
  row(
    ekMatches,
    evidence({
      attestation: attestation({ ekPublic: b64(keyVector('srk_rsa').tpmt_public_b64) }),
      record: record({ ek_encryption_key: keyVector('srk_rsa').pem }),
      shieldedIdentity: { ...evidence().shieldedIdentity, ekPublicPem: keyVector('srk_rsa').pem },
    }),
    /^attributes: expected .*; authPolicy: expected /,
  ),
  row(historyReadable, arrival({ history: absent }), 'the project has no audit log'),
  row(historyReadable, arrival({ history: forbidden('logging.logEntries.list') }), 'not granted: logging.logEntries.list'),
  row(historySettled, evidence({ settleRequired: false }), 'nothing is released by this call'),
  row(initScriptHash, evidence({ instance: instance({ metadata: new Map() }) }), 'no metadata key user-data'),
  row(instanceMembersKnown, evidence({ instance: instance({ unknownMembers: ['a', 'b'] }) }), 'unknown members: a, b'),
  row(
    machineFeatures,
    evidence({ instance: instance({ features: { ...instance().features, canIpForward: true, guestAcceleratorCount: 2 } }) }),
    'canIpForward is true, expected false; guestAcceleratorCount is 2, expected 0',
  ),
  row(
    metadataEffective,
    evidence({
      instance: instance({
        effectiveMetadata: new Map([
          ['a', true],
          ['b', true],
        ]),
      }),
    }),
    "on, but not by the VM's own metadata: a, b",
  ),
  row(
    metadataInstance,
    evidence({ instance: instance({ metadata: new Map([['user-data', 'x']]) }) }),
    'block-project-ssh-keys is missing; user-data has another value',
  ),
  row(
    metadataProject,
    evidence({
      projectMetadata: new Map([
        ['ssh-keys', 'x'],
        ['kube-env', 'x'],
      ]),
    }),
    'keys ssh-keys, kube-env',
  ),
  row(networkShape, nics({ networkIP: '10.0.0.9' }), `not as approved: nic0 ${shape('10.0.0.9')}; nic1 ${shape('10.0.0.9')}`),
  row(networkShape, nics({ aliasIpRangeCount: 1 }), 'alias ranges on nic0, nic1'),
  row(networkShape, nics({ ipv6Addresses: ['2001:db8::1'] }), 'IPv6 addresses on nic0, nic1'),
  row(
    noUnapprovedChange,
    evidence({ history: history(...many.slice(0, 2)) }),
    /^2 changes: v1\S+stop by bob0 at \S+Z; v1\S+stop by bob1 at \S+Z$/,
  ),
  row(noUnapprovedChange, evidence({ history: history(...many) }), /^11 changes: (?:[^;]+; ){9}[^;]+by bob9 at \S+$/),
  row(
    onlyApprovedDisks,
    evidence({ record: record({ approved_disk_ids: ['77', '2345678901'] }) }),
    'disks 2345678901, expected 2345678901, 77',
  ),
  row(
    onlyApprovedDisks,
    evidence({
      instance: instance({ disks: [boot, { ...boot, boot: false, source: `${boot.source ?? ''}-data` }] }),
      otherDisks: [disk({ id: '77', name: 'boot-1-data' })],
    }),
    'disks 2345678901, 77, expected 2345678901',
  ),
  row(peerAddress, evidence({ record: record({ peer_address: 'any' }) }), 'the record allows any address'),
  row(peerAddress, evidence({ server: off, record: identity }), 'switched off by --validatePeerIP=false'),
  row(peerAddress, evidence({ server: off }), '--validatePeerIP=false, but the record is of policy attested'),
  row(peerCertificateFingerprint, evidence({ record: record({ peer_certificate_sha256: ['any'] }) }), 'the record allows any certificate'),
  row(peerCertificateFingerprint, evidence({ server: off, record: identity }), 'switched off by --validatePeerSN=false'),
  row(
    peerCertificateFingerprint,
    evidence({ record: record({ peer_certificate_sha256: ['cd'.repeat(32), 'ef'.repeat(32)] }) }),
    `certificate ${'ab'.repeat(32)}, expected ${'cd'.repeat(32)} or ${'ef'.repeat(32)}`,
  ),
  row(peerCertificateSerial, evidence({ record: record({ peer_serial_number: 'any' }) }), 'the record allows any certificate serial'),
  row(peerCertificateSerial, evidence({ server: off, record: identity }), 'switched off by --validatePeerSN=false'),
  row(
    permissionsGranted,
    arrival({ machine: machine({ bootDisk: forbidden('compute.disks.get'), projectMetadata: forbidden('compute.projects.get') }) }),
    'not granted: compute.disks.get, compute.projects.get',
  ),
  row(
    quoteClock,
    evidence({ attestation: attestation({ quote: quote({ attestation: certification }) }) }),
    'the attestation is a certify, must be a quote',
  ),
  row(quoteClock, evidence({ record: { ...record(), reset_count: undefined } }), 'reset count 2, expected none'),
  row(
    quotePcrDigest,
    evidence({ record: record({ release_policy: 'observe', pcr_policy: undefined }) }),
    'the record observes: values are collected, none is required, and nothing is released',
  ),
  row(tokenAge, evidence({ claims: claims({ expiresAtSeconds: nowSeconds - 7 }) }), 'expired 7 s ago'),
  row(
    tokenAge,
    evidence({ claims: claims({ issuedAtSeconds: nowSeconds + 6 }) }),
    'issued 6 s in the future, the clocks may differ by 5 s',
  ),
  row(
    serviceAccountLive,
    evidence({
      instance: instance({
        serviceAccounts: [
          { email: 'a', scopes: [] },
          { email: 'b', scopes: [] },
        ],
      }),
    }),
    `service accounts a, b, expected ${record().service_account_name}`,
  ),
  row(
    serviceAccountLive,
    evidence({ instance: instance({ serviceAccounts: [] }) }),
    `service accounts none, expected ${record().service_account_name}`,
  ),
  row(serviceAccountMatches, evidence({ claims: claims({ email: 'a' }) }), `token of a, expected ${record().service_account_name}`),
  row(
    serviceAccountMatches,
    evidence({ claims: claims({ email: undefined }) }),
    `token of nobody, expected ${record().service_account_name}`,
  ),
  row(
    shieldedConfig,
    evidence({ instance: instance({ shielded: { enableSecureBoot: false, enableVtpm: false, enableIntegrityMonitoring: true } }) }),
    'enableSecureBoot is false, enableVtpm is false',
  ),
  row(signingKeyCertified, evidence(), 'the record asks for no signing key'),
  row(
    signingKeyCertified,
    evidence({ record: record({ signing_key_required: true }), purpose: 'attestation' }),
    'asked only for a release',
  ),
])('%s: %#', (_check, detail, expected) => {
  if (typeof expected === 'string') expect(detail()).toBe(expected);
  else expect(detail()).toMatch(expected);
});
