import { googleService } from './google-protos.js';

/** A field 1 of wire type varint: no answer of Firestore has one. */
const otherMessage = Buffer.from([0x08, 0x07]);

/**
 * An answer of Firestore with every value of a document of another kind: a text or anything else becomes an integer, an integer a
 * text. It stays as it is where it says that a document is missing, and is bytes of another message where it holds no value.
 * @param path `/google.firestore.v1.Firestore/Method`
 * @see https://cloud.google.com/firestore/docs/reference/rpc/google.firestore.v1#value
 */
export function inOtherKinds(path: string, answer: Buffer): Buffer {
  const method = Object.values(googleService('@google-cloud/firestore', 'google.firestore.v1.Firestore', 'v1.json')).find(
    (each) => each.path === path,
  );
  if (method === undefined) throw new Error(`Firestore has no method ${path}`);
  let values = 0;
  const changed = (part: unknown): unknown => {
    if (typeof part !== 'object' || part === null || part instanceof Uint8Array) return part;
    if (Array.isArray(part)) return part.map(changed);
    if (!('valueType' in part)) return Object.fromEntries(Object.entries(part).map(([name, member]) => [name, changed(member)]));
    values++;
    return part.valueType === 'integerValue' ? { stringValue: 'seven' } : { integerValue: '7' };
  };
  const message = method.responseDeserialize(answer) as object;
  if ('missing' in message) return answer;
  const other = changed(message) as object;
  return values === 0 ? otherMessage : method.responseSerialize(other);
}
