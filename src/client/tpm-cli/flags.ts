import type { FlagSpec } from '../../base/index.js';

const location: FlagSpec = {
  name: 'tpm',
  kind: 'string',
  doc: 'TPM to use: a device, unix:/path or tcp://127.0.0.1:PORT; /dev/tpmrm0 or, where that is absent, /dev/tpm0 when not given',
};
const json: FlagSpec = { name: 'json', kind: 'boolean', default: false, doc: 'print JSON' };
const bank: FlagSpec = { name: 'bank', kind: 'string', default: 'sha256', doc: 'bank of registers: sha1, sha256, sha384 or sha512' };
const keyKind: FlagSpec = { name: 'kind', kind: 'string', default: 'rsa', doc: 'kind of key: rsa or ecc' };
const input: FlagSpec = { name: 'in', kind: 'string', doc: 'file to read' };

/** Flags of every `tokenclient tpm` command. */
export const commonFlags: readonly FlagSpec[] = [
  location,
  json,
  { name: 'help', aliases: ['h'], kind: 'boolean', default: false, doc: 'print this text' },
];

export const pcrsFlags: readonly FlagSpec[] = [...commonFlags, bank];
export const ekFlags: readonly FlagSpec[] = [...commonFlags, keyKind];
export const quoteFlags: readonly FlagSpec[] = [
  ...commonFlags,
  keyKind,
  bank,
  { name: 'pcrs', kind: 'string', default: '0,1,2,3,4,5,6,7', doc: 'registers to quote, joined by commas' },
  { name: 'nonce', kind: 'string', doc: 'hexadecimal, at most 64 bytes: comes back signed, as extraData' },
];
export const signFlags: readonly FlagSpec[] = [...commonFlags, keyKind, input];
export const unsealFlags: readonly FlagSpec[] = [
  ...commonFlags,
  input,
  {
    name: 'out',
    kind: 'string',
    doc: 'directory on tmpfs; the secret is written to the file "unsealed" in it, mode 0400, and never printed',
  },
];
