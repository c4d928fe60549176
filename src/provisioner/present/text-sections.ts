import { createHash, createPublicKey } from 'node:crypto';
import type { Metadata, ShieldedIdentity } from '../../facts/index.js';
import { metadataDigest } from '../draft.js';
import type { Grade } from '../finding.js';
import type { Inspection } from '../inspect.js';
import type { Review } from '../review.js';
import { cutAt, field, lineWidth } from './layout.js';
import { scriptHash } from './machine-sections.js';
import type { Paint } from './paint.js';
import { visible, visibleLines } from './visible.js';

/**
 * The startup script in full with line numbers; a long line goes on behind a bar without a number. `>` marks the lines that a
 * finding names.
 */
export function scriptSection({ inspection, findings }: Pick<Review, 'inspection' | 'findings'>, paint: Paint): readonly string[] {
  const script = inspection.instance.metadata.get('user-data');
  if (script === undefined) return ['  there is none: the VM has no metadata key user-data'];
  const lines = visibleLines(script);
  const marked = new Map<number, Grade>();
  for (const { grade, what } of findings) {
    const number = grade === 'OK' ? undefined : /^line (\d+)[: ]/.exec(what)?.[1];
    if (number !== undefined && marked.get(Number(number)) !== 'FAIL') marked.set(Number(number), grade);
  }
  const shown = (line: string, number: number): readonly string[] => {
    const grade = marked.get(number);
    const pieces = numbered(line, number);
    return grade === undefined ? pieces : pieces.map((piece) => paint.grade(grade, `>${piece.slice(1)}`));
  };
  return [
    ...lines.flatMap((line, i) => shown(line, i + 1)),
    ...field('bytes', `${Buffer.byteLength(script)}, ${script.endsWith('\n') ? 'ending in a line feed' : 'not ending in a line feed'}`),
    ...field('initScriptHash', scriptHash(inspection)),
  ];
}

const numbered = (line: string, number: number): readonly string[] =>
  cutAt(line, lineWidth - 7).map((piece, i) => `${i === 0 ? String(number).padStart(4) : '    '} |${piece === '' ? '' : ` ${piece}`}`);

/** Metadata of the three levels; the value of every key but the script, in full. */
export const metadataSection = ({ instance, zoneMetadata, projectMetadata }: Inspection): readonly string[] => [
  ...level('on the VM', instance.metadata),
  ...level('on the zone', zoneMetadata),
  ...level('on the project', projectMetadata),
];

function level(title: string, metadata: Metadata): readonly string[] {
  if (metadata.size === 0) return [`  ${title}: nothing`];
  return [
    `  ${title}:`,
    ...[...metadata].flatMap(([key, value]) =>
      key === 'user-data' && title === 'on the VM'
        ? field('  user-data', `the startup script, ${metadataDigest(value ?? '')}`)
        : keyLines(visible(key), value),
    ),
  ];
}

/** A value of several lines is printed line by line, so that what it does can be read. */
function keyLines(key: string, value: string | undefined): readonly string[] {
  if (value === undefined) return field(`  ${key}`, '(no value)');
  if (!value.includes('\n')) return field(`  ${key}`, visible(value));
  return [...field(`  ${key}`, `${value.split('\n').length} lines:`), ...visibleLines(value).flatMap((line, i) => numbered(line, i + 1))];
}

/** The keys by which the VM proves that it is itself, as fingerprints that can be compared by eye. */
export const identitySection = ({ identity }: Inspection): readonly string[] => [
  ...field('endorsement key', fingerprint(identity.ekPublicPem)),
  ...field('attestation key', fingerprint(identity.akPublicPem)),
  ...(identity.ecc === undefined
    ? field('ECC keys', 'Google names none')
    : [
        ...field('ECC endorsement', fingerprint(identity.ecc.ekPublicPem)),
        ...field('ECC attestation', fingerprint(identity.ecc.akPublicPem)),
      ]),
  ...field('certificates', certificatesOf(identity)),
];

function certificatesOf({ ecc, ...rsa }: ShieldedIdentity): string {
  const certificates = [
    ['endorsement', rsa.ekCertificatePem],
    ['attestation', rsa.akCertificatePem],
    ['ECC endorsement', ecc?.ekCertificatePem ?? ''],
    ['ECC attestation', ecc?.akCertificatePem ?? ''],
  ] as const;
  const names = certificates.flatMap(([name, pem]) => (pem === '' ? [] : [name]));
  return names.length === 0 ? 'none' : `${names.join(', ')} (not judged)`;
}

function fingerprint(pem: string): string {
  try {
    const key = createPublicKey(pem);
    const der = key.export({ type: 'spki', format: 'der' });
    return `${key.asymmetricKeyType ?? 'key'}, SHA-256 of its SPKI ${createHash('sha256').update(der).digest('hex')}`;
  } catch {
    return 'cannot be read';
  }
}
