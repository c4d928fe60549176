import protobuf from 'protobufjs';

// The part of google.firestore.v1 that a release needs: field numbers and kinds are those of its .proto files.
// @see https://github.com/googleapis/googleapis/tree/master/google/firestore/v1 (document, write, common, firestore)

const value = { type: 'Value' } as const;
const schema = {
  nested: {
    Timestamp: { fields: { seconds: { type: 'int64', id: 1 }, nanos: { type: 'int32', id: 2 } } },
    ArrayValue: { fields: { values: { ...value, rule: 'repeated', id: 1 } } },
    MapValue: { fields: { fields: { ...value, keyType: 'string', id: 1 } } },
    Value: {
      oneofs: { kind: { oneof: ['boolean', 'integer', 'double', 'map', 'array', 'timestamp', 'null', 'string', 'bytes'] } },
      fields: {
        boolean: { type: 'bool', id: 1 },
        integer: { type: 'int64', id: 2 },
        double: { type: 'double', id: 3 },
        map: { type: 'MapValue', id: 6 },
        array: { type: 'ArrayValue', id: 9 },
        timestamp: { type: 'Timestamp', id: 10 },
        null: { type: 'int32', id: 11 },
        string: { type: 'string', id: 17 },
        bytes: { type: 'bytes', id: 18 },
      },
    },
    Document: { fields: { name: { type: 'string', id: 1 }, fields: { ...value, keyType: 'string', id: 2 } } },
    DocumentName: { fields: { name: { type: 'string', id: 1 } } },
    BatchGetDocumentsRequest: {
      fields: { database: { type: 'string', id: 1 }, documents: { type: 'string', rule: 'repeated', id: 2 } },
    },
    BatchGetDocumentsResponse: {
      oneofs: { result: { oneof: ['found', 'missing'] } },
      // The document as its bytes: `wireDocument` decodes them.
      fields: { found: { type: 'bytes', id: 1 }, missing: { type: 'string', id: 2 } },
    },
    Precondition: { fields: { exists: { type: 'bool', id: 1, options: { proto3_optional: true } } } },
    Write: {
      fields: { update: { type: 'Document', id: 1 }, delete: { type: 'string', id: 2 }, currentDocument: { type: 'Precondition', id: 4 } },
    },
    CommitRequest: { fields: { database: { type: 'string', id: 1 }, writes: { type: 'Write', rule: 'repeated', id: 2 } } },
    CommitResponse: { fields: {} },
  },
};
const root = protobuf.Root.fromJSON(schema);

/** A 64-bit integer as it is decoded. */
export type Int64 = number | { toNumber(): number; toString(): string };

/** One value as decoded: `kind` names the member that counts, and is undefined for a kind that is not listed above. */
export interface WireValue {
  readonly kind?: 'boolean' | 'integer' | 'double' | 'map' | 'array' | 'timestamp' | 'null' | 'string' | 'bytes';
  readonly boolean?: boolean;
  readonly integer?: Int64;
  readonly double?: number;
  readonly map?: { readonly fields: WireFields };
  readonly array?: { readonly values: readonly WireValue[] };
  readonly timestamp?: { readonly seconds: Int64; readonly nanos: number };
  readonly null?: number;
  readonly string?: string;
  readonly bytes?: Uint8Array;
}

export type WireFields = Readonly<Record<string, WireValue>>;

export interface WireDocument {
  readonly name: string;
  readonly fields: WireFields;
}

/** One write of a commit: a whole document, or the end of one. */
export interface WireWrite {
  readonly update?: WireDocument;
  readonly delete?: string;
  readonly currentDocument?: { readonly exists: boolean };
}

export interface WireAnswer {
  readonly result?: 'found' | 'missing';
  readonly found?: Buffer;
  readonly missing?: string;
}

interface Message<T> {
  readonly encode: (message: T) => Buffer;
  readonly decode: (bytes: Uint8Array) => T;
}

function message<T>(name: string): Message<T> {
  const type = root.lookupType(name);
  return {
    encode: (content) => Buffer.from(type.encode(content as Record<string, unknown>).finish()),
    decode: (bytes) => type.decode(bytes) as unknown as T,
  };
}

export const batchGetRequest = message<{ readonly database: string; readonly documents: readonly string[] }>('BatchGetDocumentsRequest');
export const batchGetAnswer = message<WireAnswer>('BatchGetDocumentsResponse');
export const wireDocument = message<WireDocument>('Document');
/** The name alone, of a document. */
export const wireDocumentName = message<Pick<WireDocument, 'name'>>('DocumentName');
export const commitRequest = message<{ readonly database: string; readonly writes: readonly WireWrite[] }>('CommitRequest');
/** Results and times are left unread. */
export const commitAnswer = message<Record<string, never>>('CommitResponse');
