import type { FlagSpec } from '../base/index.js';
import { keysetTemplates } from '../keyset/index.js';

const publishedPcr0 = '24af52a4f429b71a3184a6d64cddad17e54ea030e2aa6576bf3a5a3d8bd3328f';
const noDefaultPcr = "the article's value is of firmware that newer VMs do not have; a baseline is yours to choose";

/** Which VM, and where records are kept. */
const targetFlags: readonly FlagSpec[] = [
  {
    name: 'fireStoreProjectId',
    aliases: ['firestoreProjectId'],
    kind: 'string',
    doc: "Alice's project, in whose Firestore the approval is written",
  },
  { name: 'firestoreCollectionName', kind: 'string', default: 'foo', doc: 'Firestore collection of the approvals' },
  { name: 'clientProjectId', kind: 'string', doc: 'project of the TokenClient VM' },
  { name: 'clientVMZone', kind: 'string', doc: 'zone of the TokenClient VM' },
  { name: 'clientVMId', kind: 'string', doc: 'the VM: numeric instance id, or its name' },
  {
    name: 'clientProjectNumber',
    kind: 'string',
    doc: 'number of the client project; needed only where Google does not tell it (a project without default service account)',
  },
];

/** How the VM will call, and what it must prove. */
const policyFlags: readonly FlagSpec[] = [
  {
    name: 'peerAddress',
    kind: 'string',
    doc: 'IP address from which the TokenClient calls, or `any`; without the flag: the external address of the VM, else its internal one, and the review says so',
  },
  {
    name: 'peerSerialNumber',
    kind: 'string',
    articleDefault: '5',
    why: 'whom to trust is not for us to assume',
    doc: 'decimal serial number of the client certificate; without the flag, or with `any`, each certificate of your CA will do, and the review says so',
  },
  {
    name: 'peerCertificateSha256',
    kind: 'string',
    repeated: true,
    doc: 'hex SHA-256 fingerprint of the client certificate (DER); may be repeated. Without it any certificate with the serial number will do',
  },
  {
    name: 'useTPM',
    kind: 'boolean',
    articleDefault: 'false',
    why: 'an attested release needs the TPM; --releasePolicy says whether the release is attested',
    doc: 'demand TPM attestation; true with --releasePolicy attested, false with identity',
  },
  { name: 'attestationPCR', kind: 'number', default: 0, doc: 'index of the PCR that --attestationPCRValue is about' },
  {
    name: 'attestationPCRValue',
    kind: 'string',
    articleDefault: publishedPcr0,
    why: noDefaultPcr,
    doc: 'value that this PCR must have: 64 hexadecimal characters (SHA-256 bank) or 96 (SHA-384 bank)',
  },
  {
    name: 'pcrPolicy',
    kind: 'string',
    doc: 'file with allowed PCR values: {"sha256": {"0": ["HEX", ...]}}, or a Keylime tpm_policy',
  },
  { name: 'allowSha1Pcrs', kind: 'boolean', default: false, doc: 'use SHA-1 values of PCR flags and files too' },
  {
    name: 'releasePolicy',
    kind: 'string',
    default: 'attested',
    doc: 'attested: secrets only after TPM attestation; identity: the identity token is enough (the unmodified reference client); observe: attest and release nothing',
  },
  { name: 'bootPolicy', kind: 'string', default: 'any_boot', doc: 'any_boot, or same_boot: only until the next reset; needs --resetCount' },
  { name: 'resetCount', kind: 'number', doc: 'reset counter of the TPM in the approved boot, for --bootPolicy same_boot' },
  {
    name: 'restartPolicy',
    kind: 'string',
    default: 'refuse',
    doc: 'refuse or allow restarts and migrations by the host after the approval',
  },
  { name: 'signingKeyRequired', kind: 'boolean', default: false, doc: 'release only to a VM that also certified a signing key' },
  {
    name: 'payloadCommand',
    kind: 'string',
    doc: 'start an archive among the secrets (tokenclient run --payload) with exactly this: a JSON array of strings, the program first. Not given: no archive is started',
  },
  {
    name: 'trustedBootImage',
    kind: 'string',
    repeated: true,
    doc: 'boot image to accept beside those of project cos-cloud: projects/P/global/images/NAME; may be repeated',
  },
  {
    name: 'trustedImage',
    kind: 'string',
    repeated: true,
    doc: 'container image that the startup script may run: NAME@sha256:HEX; may be repeated. With it, any other image fails the review',
  },
];

/** What is released, how often and how long. */
const secretFlags: readonly FlagSpec[] = [
  { name: 'secretsFile', kind: 'string', doc: 'JSON file with the secrets: [{"name", "type": "RAW|TPM|TINK", "data": base64}]' },
  {
    name: 'secretsKeyset',
    kind: 'string',
    doc: 'Tink AEAD keyset file under which the secrets are stored; the TokenServer needs the same',
  },
  {
    name: 'secretsKmsKey',
    kind: 'string',
    doc: 'Cloud KMS key under which the secrets are stored: projects/P/locations/L/keyRings/R/cryptoKeys/K',
  },
  {
    name: 'acceptClearSecrets',
    kind: 'boolean',
    default: false,
    articleDefault: 'always clear',
    why: 'whoever can read the database could read the secrets',
    doc: 'store the secrets unencrypted in Firestore where neither --secretsKeyset nor --secretsKmsKey is given',
  },
  {
    name: 'maxReleases',
    kind: 'string',
    doc: 'how many sessions may receive the secrets: a number, or `unlimited`; asked on the terminal if absent',
  },
  { name: 'notAfter', kind: 'string', default: '30d', doc: 'end of the approval: 12h, 30d, or an RFC 3339 instant' },
  { name: 'approvedBy', kind: 'string', doc: 'who approves, as kept in the record; without it the user name of this terminal' },
  { name: 'description', kind: 'string', doc: 'note kept in the record' },
];

/** Sealing to the TPM of the VM; prints a blob and writes nothing. */
const sealFlags: readonly FlagSpec[] = [
  {
    name: 'encryptToTPM',
    kind: 'string',
    doc: 'seal this text to the TPM of the VM, print the blob, write no approval. Other users of this machine can see it: use the seal command',
  },
  {
    name: 'pcrValues',
    kind: 'string',
    articleDefault: `0=${publishedPcr0}`,
    why: noDefaultPcr,
    doc: 'PCR values to seal to: 0=HEX,23=HEX (or 0:HEX); without them any state of that TPM opens the blob',
  },
  {
    name: 'file',
    kind: 'string',
    doc: 'seal: the bytes to seal (without it standard input); tink: a keyset; service-account-key: the key file; verify-signature: what was signed',
  },
  { name: 'name', kind: 'string', doc: 'seal, tink, service-account-key: name of the secret' },
  {
    name: 'serviceAccount',
    kind: 'string',
    doc: 'service-account-key: account of which Google makes a new key, NAME@PROJECT.iam.gserviceaccount.com',
  },
  {
    name: 'template',
    kind: 'string',
    default: 'AES256_GCM',
    doc: `tink: the keyset to make: ${keysetTemplates.join(', ')}`,
  },
  {
    name: 'indirect',
    kind: 'boolean',
    default: false,
    doc: 'seal: encrypt the data with a one-time AES key and seal that key; for data of any size. Gives two secrets',
  },
  {
    name: 'ekAlgorithm',
    kind: 'string',
    default: 'rsa',
    doc: 'seal: endorsement key to seal to, rsa or ecc (P-256); a vTPM of GCE has both',
  },
  {
    name: 'signingKey',
    kind: 'string',
    doc: 'seal: PEM file of an RSA private key, which the TPM of the VM will sign with and never give out',
  },
];

/** Commands about approvals. */
const lifeFlags: readonly FlagSpec[] = [
  { name: 'why', kind: 'string', doc: 'revoke: the reason, kept beside the approval' },
  { name: 'from', kind: 'string', doc: 'baseline: numeric instance id of the observed VM' },
  { name: 'newSecretsKeyset', kind: 'string', doc: 'rewrap: Tink keyset file that the secrets go to' },
  { name: 'newSecretsKmsKey', kind: 'string', doc: 'rewrap: Cloud KMS key that the secrets go to' },
  { name: 'signature', kind: 'string', doc: 'verify-signature: file with the signature, as bytes or base64' },
  {
    name: 'publicKey',
    kind: 'string',
    doc: 'verify-signature: PEM file of the public key; without it the newest key that the TokenServer verified under the approval',
  },
];

/** How the command behaves. */
const runFlags: readonly FlagSpec[] = [
  {
    name: 'autoAccept',
    kind: 'boolean',
    default: false,
    doc: 'answer y without asking, loudly; a FAIL is accepted only if --waive names it',
  },
  { name: 'yes', kind: 'boolean', default: false, doc: 'answer y where there is no terminal; a FAIL is accepted only if --waive names it' },
  {
    name: 'waive',
    kind: 'string',
    repeated: true,
    doc: 'with --yes or --autoAccept: name of a finding that may FAIL; may be repeated. On a terminal you are asked',
  },
  { name: 'dryRun', kind: 'boolean', default: false, doc: 'show the review and write nothing; needs no --secretsFile' },
  { name: 'full', kind: 'boolean', default: false, doc: 'print also what is unchanged since the last approval of this VM' },
  { name: 'json', kind: 'boolean', default: false, doc: 'results as JSON on standard output' },
  { name: 'endpoints', kind: 'string', doc: 'LOCAL MODE: file with loopback addresses in place of Google Cloud' },
  { name: 'help', aliases: ['h'], kind: 'boolean', default: false, doc: 'show this text' },
  { name: 'v', kind: 'number', default: 0, ignored: "Go's log level: accepted, without effect", doc: '' },
  { name: 'alsologtostderr', kind: 'boolean', default: false, ignored: "Go's log switch: accepted, without effect", doc: '' },
];

/** Every flag of the provisioner; docs/config.md is made of this table. */
export const provisionerFlags: readonly FlagSpec[] = [
  ...targetFlags,
  ...policyFlags,
  ...secretFlags,
  ...sealFlags,
  ...lifeFlags,
  ...runFlags,
];
