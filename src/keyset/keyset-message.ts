import protobuf from 'protobufjs';
import { AppError, messageOf } from '../base/index.js';

/** One key of a keyset. @see https://github.com/tink-crypto/tink/blob/master/proto/tink.proto */
export interface KeysetKey {
  readonly typeUrl: string;
  readonly value: Uint8Array;
  readonly keyMaterialType: number;
  readonly status: number;
  readonly keyId: number;
  readonly outputPrefixType: number;
}

export interface KeysetMessage {
  readonly primaryKeyId: number;
  readonly key: readonly KeysetKey[];
}

/** Enum names of tink.proto, as JSON keysets spell them, and their numbers. */
export const keyMaterialTypes = { UNKNOWN_KEYMATERIAL: 0, SYMMETRIC: 1, ASYMMETRIC_PRIVATE: 2, ASYMMETRIC_PUBLIC: 3, REMOTE: 4 } as const;
export const keyStatuses = { UNKNOWN_STATUS: 0, ENABLED: 1, DISABLED: 2, DESTROYED: 3 } as const;
export const outputPrefixTypes = { UNKNOWN_PREFIX: 0, TINK: 1, LEGACY: 2, RAW: 3, CRUNCHY: 4 } as const;

const keysetType = protobuf.Root.fromJSON({
  nested: {
    KeyData: {
      fields: { typeUrl: { type: 'string', id: 1 }, value: { type: 'bytes', id: 2 }, keyMaterialType: { type: 'int32', id: 3 } },
    },
    Key: {
      fields: {
        keyData: { type: 'KeyData', id: 1 },
        status: { type: 'int32', id: 2 },
        keyId: { type: 'uint32', id: 3 },
        outputPrefixType: { type: 'int32', id: 4 },
      },
    },
    Keyset: { fields: { primaryKeyId: { type: 'uint32', id: 1 }, key: { rule: 'repeated', type: 'Key', id: 2 } } },
  },
}).lookupType('Keyset');

interface DecodedKeyset {
  readonly primaryKeyId: number;
  readonly key: readonly {
    readonly keyData: Pick<KeysetKey, 'typeUrl' | 'value' | 'keyMaterialType'> | null;
    readonly status: number;
    readonly keyId: number;
    readonly outputPrefixType: number;
  }[];
}

/** Reads a binary keyset. @throws AppError CRYPTO_FAILED; its text never holds a byte of the keyset. */
export function decodeKeyset(bytes: Uint8Array): KeysetMessage {
  let decoded: DecodedKeyset;
  try {
    decoded = keysetType.toObject(keysetType.decode(bytes), { defaults: true }) as DecodedKeyset;
  } catch (error) {
    throw new AppError('CRYPTO_FAILED', `the keyset is not a binary Tink keyset: ${messageOf(error)}`);
  }
  return {
    primaryKeyId: decoded.primaryKeyId,
    key: decoded.key.map(({ keyData, ...rest }) => {
      if (keyData === null) throw new AppError('CRYPTO_FAILED', 'a key of the keyset has no key data');
      return { ...rest, ...keyData };
    }),
  };
}

/** Writes a binary keyset. */
export function encodeKeyset(keyset: KeysetMessage): Buffer {
  const message = {
    primaryKeyId: keyset.primaryKeyId,
    key: keyset.key.map(({ typeUrl, value, keyMaterialType, ...rest }) => ({ keyData: { typeUrl, value, keyMaterialType }, ...rest })),
  };
  return Buffer.from(keysetType.encode(keysetType.create(message)).finish());
}
