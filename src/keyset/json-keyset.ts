import { z } from 'zod';
import { AppError, fromBase64 } from '../base/index.js';
import { encodeKeyset, keyMaterialTypes, keyStatuses, outputPrefixTypes } from './keyset-message.js';

const named = <T extends Readonly<Record<string, number>>>(names: T): z.ZodPipe<z.ZodString, z.ZodTransform<number, string>> =>
  z.string().transform((name, context) => {
    const number = Object.hasOwn(names, name) ? names[name] : undefined;
    if (number === undefined) context.addIssue({ code: 'custom', message: 'unknown name' });
    return number ?? 0;
  });

const keyId = z.number().int().min(0).max(0xffffffff);

const jsonKeyset = z.strictObject({
  primaryKeyId: keyId,
  key: z
    .array(
      z.strictObject({
        keyData: z.strictObject({ typeUrl: z.string(), value: z.string(), keyMaterialType: named(keyMaterialTypes) }),
        status: named(keyStatuses),
        keyId,
        outputPrefixType: named(outputPrefixTypes),
      }),
    )
    .min(1)
    .max(64),
});

/** Does this look like JSON rather than a binary keyset? (A binary keyset begins with 08, the tag of primary_key_id.) */
export const isJsonKeyset = (bytes: Uint8Array): boolean => bytes[0] === 0x7b;

/**
 * The binary form of a cleartext JSON keyset as `tinkey` writes it. tink-crypto has no reader for JSON.
 * @throws AppError CRYPTO_FAILED naming the field, never its value; encrypted keysets are refused by name.
 */
export function binaryFromJsonKeyset(bytes: Uint8Array): Buffer {
  const refused = (why: string): AppError => new AppError('CRYPTO_FAILED', `the JSON keyset cannot be used: ${why}`);
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    throw refused('it is not JSON');
  }
  if (typeof json === 'object' && json !== null && 'encryptedKeyset' in json) {
    throw refused('it is an encrypted keyset; give a cleartext one');
  }
  const parsed = jsonKeyset.safeParse(json);
  if (!parsed.success) throw refused(`field ${parsed.error.issues[0]?.path.join('.') || 'keyset'} is missing or wrong`);
  const key = parsed.data.key.map(({ keyData: { value, ...data }, ...rest }, i) => {
    const decoded = fromBase64(value);
    if (decoded === undefined) throw refused(`field key.${i}.keyData.value is not base64`);
    return { ...rest, ...data, value: decoded };
  });
  return encodeKeyset({ primaryKeyId: parsed.data.primaryKeyId, key });
}
