import { z } from 'zod';
import { AppError } from '../base/index.js';

const text = z.string().max(65_536);

/** A document that the Go reference wrote. Fields of its later versions are kept out, not refused: it never had a strict schema. */
const referenceRecordSchema = z.object({
  description: text.optional(),
  instanceid: z.string().regex(/^[0-9]{1,20}$/),
  client_project: text,
  client_zone: text,
  service_account_name: text,
  ek_encryption_key: text.optional(),
  ak_signing_key: text.optional(),
  init_script_hash: text,
  image_fingerprint: text,
  provided_at: z.date().optional(),
  peer_address: text.optional(),
  peer_serial_number: text.optional(),
  pcr: z.number().int().min(0).max(23).optional(),
  pcr_value: text.optional(),
  secrets: z
    .array(
      z.object({
        Name: z.string().max(1024),
        /** The reference stores the protobuf enum's number. */
        Type: z.union([z.enum(['RAW', 'TPM', 'TINK']), z.number().int().min(0).max(2)]),
        Data: z.instanceof(Uint8Array),
      }),
    )
    .max(64)
    .optional(),
});

export type ReferenceRecord = z.infer<typeof referenceRecordSchema>;

/** Fields by which documents of the reference's older generations are known; their meaning is gone from the protocol. */
const olderGenerationFields = ['rsa_key', 'aes_key', 'raw_key'] as const;

/** Whose document is this? */
export type RecordKind = 'ours' | 'reference' | 'reference-older-generation';

/**
 * Tells by its fields who wrote a stored document; says nothing of whether it is well-formed. A document without
 * `schema_version` is the reference's; one of its older generations carried single keys in place of a list of secrets.
 */
export function kindOfDocument(document: Readonly<Record<string, unknown>>): RecordKind {
  if (olderFieldOf(document) !== undefined) return 'reference-older-generation';
  return Object.hasOwn(document, 'schema_version') ? 'ours' : 'reference';
}

/**
 * Reads a document that the reference wrote, for showing, comparing and importing.
 * @throws AppError RECORD_MALFORMED: an older generation is refused by the name of its field; otherwise the wrong field is named.
 */
export function parseReferenceRecord(document: Readonly<Record<string, unknown>>): ReferenceRecord {
  const older = olderFieldOf(document);
  if (older !== undefined) {
    throw new AppError(
      'RECORD_MALFORMED',
      `the stored record has the field ${older} of an older generation of the reference; approve the VM again`,
    );
  }
  const result = referenceRecordSchema.safeParse(document);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new AppError(
    'RECORD_MALFORMED',
    `reference record: ${issue === undefined ? 'malformed' : `${issue.path.join('.') || 'record'}: ${issue.code}`}`,
  );
}

const olderFieldOf = (document: Readonly<Record<string, unknown>>): string | undefined =>
  olderGenerationFields.find((field) => Object.hasOwn(document, field));
