/** Algorithm identifiers, TPM_ALG_ID (Part 2, 6.3). */
export const Alg = {
  RSA: 0x0001,
  SHA1: 0x0004,
  HMAC: 0x0005,
  AES: 0x0006,
  KEYEDHASH: 0x0008,
  SHA256: 0x000b,
  SHA384: 0x000c,
  SHA512: 0x000d,
  NULL: 0x0010,
  RSASSA: 0x0014,
  RSAES: 0x0015,
  RSAPSS: 0x0016,
  OAEP: 0x0017,
  ECDSA: 0x0018,
  ECC: 0x0023,
  CFB: 0x0043,
} as const;

/** Bits of TPMA_OBJECT (Part 2, 8.3). All other bits are reserved and must be zero. */
export const ObjectAttribute = {
  fixedTPM: 1 << 1,
  stClear: 1 << 2,
  fixedParent: 1 << 4,
  sensitiveDataOrigin: 1 << 5,
  userWithAuth: 1 << 6,
  adminWithPolicy: 1 << 7,
  noDA: 1 << 10,
  encryptedDuplication: 1 << 11,
  restricted: 1 << 16,
  decrypt: 1 << 17,
  sign: 1 << 18,
  x509sign: 1 << 19,
} as const;

/** Type of an attestation, TPM_ST (Part 2, 6.9). NV, audit and time attestations exist too; nothing here accepts them. */
export const AttestType = { CERTIFY: 0x8017, QUOTE: 0x8018, CREATION: 0x801a } as const;

/** Elliptic curves, TPM_ECC_CURVE (Part 2, 6.4). */
export const Curve = { P256: 0x0003, P384: 0x0004 } as const;

/** The first four bytes of everything that a TPM itself attests: 0xff "TCG" (Part 2, 6.2). A restricted key signs such bytes only if the TPM made them. */
export const TPM_GENERATED = 0xff544347;

/** Permanent handles, TPM_RH (Part 2, 7.4). The name of a permanent handle is its four bytes (Part 1, 16). */
export const Handle = {
  OWNER: 0x40000001,
  NULL: 0x40000007,
  PASSWORD: 0x40000009,
  LOCKOUT: 0x4000000a,
  ENDORSEMENT: 0x4000000b,
  PLATFORM: 0x4000000c,
} as const;

/** Command codes that policy digests contain, TPM_CC (Part 2, 6.5.2). */
export const PolicyCommand = { POLICY_SECRET: 0x00000151, POLICY_PCR: 0x0000017f } as const;

/** Fixed sizes in bytes that bound what the wire may ask for (Part 2: TPMT_HA, TPM2B_DIGEST, TPM2B_NAME, TPM2B_DATA; Part 4 profile limits). */
export const Limit = { digest: 64, name: 66, data: 66, rsaKey: 512, eccCoordinate: 48, pcrBanks: 16, pcrCount: 24 } as const;
