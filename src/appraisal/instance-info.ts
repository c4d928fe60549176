/** What Google's certificates of vTPM keys say of their VM. Numbers are decimal text: ids have 64 bits. */
export interface InstanceInfo {
  readonly zone: string;
  readonly projectNumber: string;
  readonly projectId: string;
  readonly instanceId: string;
}

interface Element {
  readonly tag: number;
  readonly body: Buffer;
}

/** The DER body of OID 1.3.6.1.4.1.11129.2.1.21. */
const instanceInfoOid = Buffer.from('2b06010401d679020115', 'hex');
const tags = { integer: 0x02, octetString: 0x04, oid: 0x06, utf8: 0x0c, sequence: 0x30, extensions: 0xa3 };

/**
 * Reads the instance-info extension of a certificate (DER): SEQUENCE { zone UTF8String, projectNumber INTEGER, projectId UTF8String,
 * instanceId INTEGER, instanceName UTF8String, ... }. The name, which can change, and the security properties are not read.
 * @returns undefined where the certificate has no such extension; `malformed` where it, or the certificate, is none.
 * @see https://github.com/google/go-tpm-tools (server: GCE instance info), RFC 5280 section 4.1 (certificates)
 */
export function instanceInfoIn(certificate: Buffer): InstanceInfo | 'malformed' | undefined {
  const [outer] = elementsOf(certificate);
  const [signed] = childrenOf(outer, tags.sequence);
  const parts = childrenOf(signed, tags.sequence);
  if (parts.length === 0) return 'malformed';
  const [list] = childrenOf(
    parts.find(({ tag }) => tag === tags.extensions),
    tags.extensions,
  );
  const [extension, another] = childrenOf(list, tags.sequence)
    .map((element) => childrenOf(element, tags.sequence))
    .filter(([id]) => id?.tag === tags.oid && id.body.equals(instanceInfoOid));
  if (extension === undefined) return undefined;
  const [value] = childrenOf(another === undefined ? extension.at(-1) : undefined, tags.octetString);
  const [zone, projectNumber, projectId, instanceId] = childrenOf(value, tags.sequence);
  const info = { zone: text(zone), projectNumber: integer(projectNumber), projectId: text(projectId), instanceId: integer(instanceId) };
  return Object.values(info).includes('') ? 'malformed' : info;
}

/** The elements inside of one; none when it is absent, has another tag, or does not parse. */
const childrenOf = (element: Element | undefined, tag: number): readonly Element[] =>
  element?.tag === tag ? elementsOf(element.body) : [];

/** DER elements one behind the other, with one-byte tags and lengths below 64 KiB; none at all when a byte is too few. */
function elementsOf(bytes: Buffer): readonly Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const [tag = 0, first = 0] = bytes.subarray(at, at + 2);
    const lengthBytes = Math.max(first - 0x80, 0);
    const start = at + 2 + lengthBytes;
    if ((first >= 0x80 && lengthBytes !== 1 && lengthBytes !== 2) || start > bytes.length) return [];
    const length = lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes);
    if (start + length > bytes.length) return [];
    elements.push({ tag, body: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return elements;
}

const text = (element: Element | undefined): string => (element?.tag === tags.utf8 ? element.body.toString('utf8') : '');

/** A positive INTEGER as decimal text. */
function integer(element: Element | undefined): string {
  if (element?.tag !== tags.integer) return '';
  const [first = 0x80] = element.body;
  return first < 0x80 ? BigInt(`0x${element.body.toString('hex')}`).toString() : '';
}
