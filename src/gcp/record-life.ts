import { createHash } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../base/index.js';
import type { ApprovalLife, Extension, PastApproval, Revocation } from './cloud.js';
import type { PlainDocument } from './document.js';
import { firestoreCalls, type Database, type DocumentPlace } from './firestore.js';
import { stateCollection } from './state.js';

// What happens to the approvals of an instance stands in three documents beside the record, which never changes. Each holds one
// field for each approval, so that a merge adds one and touches no other.

interface Place {
  readonly database: Database;
  readonly collection: string;
  readonly signal: AbortSignal | undefined;
}

type Kind = 'revocations' | 'extensions' | 'history';

const documentName = (kind: Kind, instanceId: string): string => `${kind}:${instanceId}`;
/** Field name for one of them: base64 has characters that field paths treat specially. */
const fieldOf = (approvalDigest: string): string => `a${createHash('sha256').update(approvalDigest).digest('hex')}`;

const revocationSchema = z.object({ approval_digest: z.string(), why: z.string(), by: z.string(), at: z.date() });
const extensionSchema = z.object({ approval_digest: z.string(), not_after: z.date(), by: z.string(), at: z.date() });
const pastSchema = z.object({
  approval_digest: z.string(),
  approved_by: z.string(),
  approved_at: z.date().optional(),
  not_after: z.date().optional(),
  release_policy: z.string(),
  replaced_at: z.date(),
});

/** Where the documents of these kinds are, to be read in one call with others. */
export const lifePlaces = (collection: string, instanceId: string, kinds: readonly Kind[]): readonly DocumentPlace[] =>
  kinds.map((kind) => [stateCollection(collection), documentName(kind, instanceId)]);

export const noteRevocation = (place: Place, instanceId: string, { approvalDigest, ...rest }: Revocation): Promise<void> =>
  note(place, 'revocations', instanceId, approvalDigest, rest);

export const noteExtension = (place: Place, instanceId: string, { approvalDigest, notAfter, by, at }: Extension): Promise<void> =>
  note(place, 'extensions', instanceId, approvalDigest, { not_after: notAfter, by, at });

/** Keeps who approved what of a document that is about to be replaced, whoever wrote it. */
export function notePastApproval(place: Place, instanceId: string, document: PlainDocument, replacedAt: Date): Promise<void> {
  const text = (name: string): string => (typeof document[name] === 'string' ? document[name] : '');
  const instant = (name: string): Readonly<Record<string, Date>> => (document[name] instanceof Date ? { [name]: document[name] } : {});
  return note(place, 'history', instanceId, text('approval_digest') || `replaced ${replacedAt.toISOString()}`, {
    approved_by: text('approved_by'),
    release_policy: text('release_policy') || 'reference',
    ...instant('approved_at'),
    ...instant('not_after'),
    replaced_at: replacedAt,
  });
}

async function note(place: Place, kind: Kind, instanceId: string, approvalDigest: string, entry: PlainDocument): Promise<void> {
  if (!/^[0-9]{1,20}$/.test(instanceId)) throw new AppError('INTERNAL', 'an instance id is a decimal number');
  const document = { [fieldOf(approvalDigest)]: { ...entry, approval_digest: approvalDigest } };
  await place.database.run(firestoreCalls.set, place.signal, (db) =>
    db.collection(stateCollection(place.collection)).doc(documentName(kind, instanceId)).set(document, { merge: true }),
  );
}

/** @throws AppError RECORD_MALFORMED */
export const revocationIn = (document: PlainDocument | undefined, approvalDigest: string): Revocation | undefined =>
  entryIn(document, approvalDigest, readRevocation);
/** @throws AppError RECORD_MALFORMED */
export const extensionIn = (document: PlainDocument | undefined, approvalDigest: string): Extension | undefined =>
  entryIn(document, approvalDigest, readExtension);

function entryIn<T extends { readonly approvalDigest: string }>(
  document: PlainDocument | undefined,
  approvalDigest: string,
  read: (entry: unknown) => T,
): T | undefined {
  const entry = document?.[fieldOf(approvalDigest)];
  if (entry === undefined) return undefined;
  const found = read(entry);
  if (found.approvalDigest !== approvalDigest) throw malformed('an entry');
  return found;
}

/** Everything that stands beside the record. @throws AppError RECORD_MALFORMED */
export async function readLife({ database, collection, signal }: Place, instanceId: string): Promise<ApprovalLife> {
  const documents = await database.read(lifePlaces(collection, instanceId, ['revocations', 'extensions', 'history']), signal);
  const [revocations, extensions, past] = documents.map((document) => Object.values(document ?? {}));
  return {
    revocations: (revocations ?? []).map(readRevocation),
    extensions: (extensions ?? []).map(readExtension),
    past: (past ?? []).map(readPast),
  };
}

function readRevocation(entry: unknown): Revocation {
  const parsed = revocationSchema.safeParse(entry);
  if (!parsed.success) throw malformed('revocation');
  const { approval_digest: approvalDigest, ...rest } = parsed.data;
  return { approvalDigest, ...rest };
}

function readExtension(entry: unknown): Extension {
  const parsed = extensionSchema.safeParse(entry);
  if (!parsed.success) throw malformed('extension');
  const { approval_digest: approvalDigest, not_after: notAfter, by, at } = parsed.data;
  return { approvalDigest, notAfter, by, at };
}

function readPast(entry: unknown): PastApproval {
  const parsed = pastSchema.safeParse(entry);
  if (!parsed.success) throw malformed('past approval');
  const { approval_digest: approvalDigest, approved_by: approvedBy, approved_at, not_after, release_policy, replaced_at } = parsed.data;
  return {
    approvalDigest,
    approvedBy,
    approvedAt: approved_at,
    notAfter: not_after,
    releasePolicy: release_policy,
    replacedAt: replaced_at,
  };
}

const malformed = (what: string): AppError => new AppError('RECORD_MALFORMED', `stored ${what}: not of the expected shape`);
