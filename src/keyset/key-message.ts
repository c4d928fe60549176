import protobuf from 'protobufjs';

// The messages in which Tink keeps the keys of a keyset, as far as they are read here. Field numbers are those of
// https://github.com/tink-crypto/tink/tree/master/proto: aes_gcm, aes_ctr_hmac_aead, ecdsa, ecies_aead_hkdf, hpke, common.

const bytes = (id: number) => ({ type: 'bytes', id });
const number = (id: number) => ({ type: 'uint32', id });
const message = (type: string, id: number) => ({ type, id });
const keyPair = (publicKey: string, value: string) => ({
  fields: { version: number(1), publicKey: message(publicKey, 2), [value]: bytes(3) },
});
const point = (params: string) => ({ fields: { version: number(1), params: message(params, 2), x: bytes(3), y: bytes(4) } });

const root = protobuf.Root.fromJSON({
  nested: {
    AesGcmKey: { fields: { version: number(1), keyValue: bytes(3) } },
    AesCtrParams: { fields: { ivSize: number(1) } },
    AesCtrKey: { fields: { version: number(1), params: message('AesCtrParams', 2), keyValue: bytes(3) } },
    HmacParams: { fields: { hash: number(1), tagSize: number(2) } },
    HmacKey: { fields: { version: number(1), params: message('HmacParams', 2), keyValue: bytes(3) } },
    AesCtrHmacAeadKey: { fields: { version: number(1), aesCtrKey: message('AesCtrKey', 2), hmacKey: message('HmacKey', 3) } },
    EcdsaParams: { fields: { hashType: number(1), curve: number(2), encoding: number(3) } },
    EcdsaPublicKey: point('EcdsaParams'),
    EcdsaPrivateKey: keyPair('EcdsaPublicKey', 'keyValue'),
    KeyTemplate: { fields: { typeUrl: { type: 'string', id: 1 }, value: bytes(2), outputPrefixType: number(3) } },
    KemParams: { fields: { curve: number(1), hashType: number(2), salt: bytes(11) } },
    DemParams: { fields: { aeadDem: message('KeyTemplate', 2) } },
    EciesParams: { fields: { kem: message('KemParams', 1), dem: message('DemParams', 2), pointFormat: number(3) } },
    EciesAeadHkdfPublicKey: point('EciesParams'),
    EciesAeadHkdfPrivateKey: keyPair('EciesAeadHkdfPublicKey', 'keyValue'),
    HpkeParams: { fields: { kem: number(1), kdf: number(2), aead: number(3) } },
    HpkePublicKey: { fields: { version: number(1), params: message('HpkeParams', 2), publicKey: bytes(3) } },
    HpkePrivateKey: keyPair('HpkePublicKey', 'privateKey'),
  },
});

/** Decodes a key message. What is missing is 0, empty or an empty message. @throws Error for bytes that are no such message. */
export function decodeKey(name: string, value: Uint8Array): unknown {
  const type = root.lookupType(name);
  return type.toObject(type.decode(value), { defaults: true, objects: true });
}

/** Encodes a key message. */
export function encodeKey(name: string, key: Readonly<Record<string, unknown>>): Buffer {
  const type = root.lookupType(name);
  return Buffer.from(type.encode(type.fromObject(key)).finish());
}
