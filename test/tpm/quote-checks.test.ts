import { createPrivateKey, sign } from 'node:crypto';
import {
  akChecks,
  decodePublic,
  decodeSignature,
  encodeSignature,
  quoteBinding,
  quoteChecks,
  quoteMagicType,
  quotePcrSelection,
  quoteQualifiedSigner,
  quoteSignature,
  type PublicArea,
  type QuoteEvidence,
} from '../../src/tpm/index.js';
import { allow, allowedFrom, applyEdit, evidenceOf, keyNamed, negative, quoteNamed, type Edit } from './support/edits.js';
import { b64, vectors, type QuotesFile, type QuoteVector } from './support/vectors.js';
import { refusedBy } from './support/verdicts.js';

const { cases } = vectors<QuotesFile>('quotes');
const base = evidenceOf(quoteNamed('pcr047_rsassa'));
const refused = (change: Partial<QuoteEvidence>): readonly string[] => refusedBy(quoteChecks, { ...base, ...change });
const signedBits = ({
  attest_b64,
  signature_tpmt_b64,
}: {
  readonly attest_b64: string;
  readonly signature_tpmt_b64: string;
}): Partial<QuoteEvidence> => ({
  attestation: b64(attest_b64),
  signature: decodeSignature(b64(signature_tpmt_b64)),
});

describe('quotes that a TPM made', () => {
  const odd: Readonly<Record<string, readonly string[]>> = {
    empty_nonce: ['quote-binding'],
    empty_selection: ['quote-pcr-selection', 'quote-pcr-digest'],
    duplicate_bank_in_selection: ['quote-pcr-selection', 'quote-pcr-digest'],
    empty_bank_in_selection: ['quote-pcr-selection'],
  };
  it.each(cases)('$name: passes, or is refused for what is odd in it', (quote) =>
    expect(refusedBy(quoteChecks, evidenceOf(quote))).toEqual(odd[quote.name] ?? []),
  );
});

describe('each check alone refuses what only it sees', () => {
  it('quote-signature: one flipped bit of the clock', () => {
    const attestation = applyEdit(base.attestation, { field: 'attest', op: 'xor', offset: 71, value: '01' });
    expect(refused({ attestation })).toEqual(['quote-signature']);
  });
  it('quote-signature: another key', () => expect(refused({ akPublic: keyNamed('gce_ak_rsa') })).toEqual(['quote-signature']));
  it('quote-binding: a genuine quote with another nonce', () =>
    expect(refused(signedBits(quoteNamed('other_nonce')))).toEqual(['quote-binding']));
  it('quote-binding: a nonce too short to compare with', () =>
    expect(refused({ expectedExtraData: base.expectedExtraData.subarray(0, 15) })).toEqual(['quote-binding']));
  it('quote-magic-type: says where bytes do not decode', () =>
    expect(quoteMagicType.judge({ ...base, attestation: base.attestation.subarray(0, 50) })).toMatchObject({
      detail: expect.stringMatching(/^attest\/extraData: needs/) as string,
    }));
  it('quote-binding: a nonce of 16 bytes is long enough', () => {
    const { attest_b64 } = negative.signed_by_software_key.cases.find(({ name }) => name === 'control_ok')!;
    const length = 42;
    const bytes = b64(attest_b64);
    const nonce = bytes.subarray(length + 2, length + 18);
    const attestation = Buffer.concat([
      bytes.subarray(0, length),
      Buffer.of(0, 16),
      nonce,
      bytes.subarray(length + 2 + bytes.readUInt16BE(length)),
    ]);
    expect(quoteBinding.judge({ ...base, attestation, expectedExtraData: nonce }).kind).toBe('pass');
  });
  it('quote-pcr-selection: a genuine quote with a bank named twice', () =>
    expect(refusedBy(quoteChecks, evidenceOf(quoteNamed('empty_bank_in_selection')))).toEqual(['quote-pcr-selection']));
  it('quote-pcr-digest: a policy with another value', () =>
    expect(refused({ allowedPcrs: allow({ 0: ['00'.repeat(32)] }) })).toEqual(['quote-pcr-digest']));
  it('quote-magic-type: a certification stops every question but that of the signature', () => {
    const { cases: certifies } = vectors<{ cases: { name: string; attest_b64: string; signature_tpmt_b64: string }[] }>('certify');
    expect(refused(signedBits(certifies.find(({ name }) => name === 'raw_nonce')!))).toEqual([
      'quote-magic-type',
      'quote-binding',
      'quote-pcr-selection',
      'quote-pcr-digest',
      'quote-qualified-signer',
    ]);
  });
});

describe('the place of the signer', () => {
  const ekPublic = keyNamed('ek_rsa');
  const judged = (name: string, ek?: PublicArea): string =>
    quoteQualifiedSigner.judge({ ...evidenceOf(quoteNamed(name)), ekPublic: ek }).kind;

  it.each(cases.filter(({ ak }) => ak !== 'owner_ak_rsa'))('$name: under the EK or in its hierarchy', ({ name }) =>
    expect(judged(name, ekPublic)).toBe('pass'),
  );

  it('quote-qualified-signer alone refuses a genuine quote by a key of the owner hierarchy', () =>
    expect(refusedBy(quoteChecks, { ...evidenceOf(quoteNamed('owner_ak_rsa_pcr0')), ekPublic })).toEqual(['quote-qualified-signer']));

  it('refuses a key under another EK, and one that says nothing of its parents', () => {
    expect(judged('pcr047_rsassa', { ...ekPublic, authPolicy: Buffer.alloc(32) })).toBe('refuse');
    const { attest_b64 } = negative.signed_by_software_key.cases.find(({ name }) => name === 'signer_empty')!;
    expect(quoteQualifiedSigner.judge({ ...base, attestation: b64(attest_b64), ekPublic }).kind).toBe('refuse');
  });

  it('says by name that it was not judged when the EK is not known', () => expect(judged('owner_ak_rsa_pcr0')).toBe('skip'));
});

it('the checks of one evidence share one decoding of its attestation', () => {
  let reads = 0;
  const evidence: QuoteEvidence = {
    ...base,
    get attestation() {
      reads++;
      return base.attestation;
    },
  };
  expect(refusedBy([quoteMagicType, quoteBinding, quotePcrSelection], evidence)).toEqual([]);
  expect(reads).toBe(1);
  expect(refusedBy([quoteMagicType], { ...base, attestation: Buffer.alloc(0) })).toEqual(['quote-magic-type']);
});

describe('edits of a good quote', () => {
  const edits = negative.edits.filter(({ base: from }) => from === 'quotes.json#pcr047_rsassa');
  const expected: Readonly<Record<string, string>> = {
    wrong_nonce_expected: 'quote-binding',
    replaced_by_real_quote_other_nonce: 'quote-binding',
    replaced_by_superset_quote: 'quote-pcr-selection',
    replaced_by_empty_selection_quote: 'quote-pcr-selection',
    replaced_by_unrestricted_key_quote: 'ak-attributes',
    pcr_values_swapped: 'quote-pcr-digest',
    certify_as_quote: 'quote-magic-type',
    attest_type_changed_to_certify: 'quote-magic-type',
    attest_truncated_in_clock: 'quote-magic-type',
    attest_trailing_byte: 'quote-magic-type',
    attest_signer_len_ffff: 'quote-magic-type',
    attest_sizeofselect_ff: 'quote-magic-type',
    signature_size_ffff: 'BYTES_MALFORMED',
    signature_truncated: 'BYTES_MALFORMED',
  };

  it.each(edits)('$name: $must_fail_because', ({ name, edit }) => {
    const outcome = judgeEdited(edit as readonly NegativeEdit[]);
    expect(outcome).toContain(expected[name] ?? 'quote-signature');
  });

  it('a quote invented and signed by an unrestricted key of the TPM fails only as a key', () => {
    const forged = negative.edits.find(({ name }) => name === 'forged_quote_by_unrestricted_key') as unknown as QuoteVector & {
      key_tpmt_public_b64: string;
    };
    const akPublic = decodePublic(b64(forged.key_tpmt_public_b64));
    expect(refused({ ...signedBits(forged), akPublic })).not.toContain('quote-signature');
    expect(refusedBy(akChecks, { akPublic })).toEqual(['ak-attributes']);
  });
});

describe('validly signed attestations that are wrong inside', () => {
  const { cases: signed, software_key_tpmt_public_b64 } = negative.signed_by_software_key;
  const akPublic = decodePublic(b64(software_key_tpmt_public_b64));
  const expected: Readonly<Record<string, readonly string[]>> = {
    control_ok: [],
    pcrdigest_empty: ['quote-pcr-digest'],
    pcrdigest_of_single_value_hash: ['quote-pcr-digest'],
    selection_dup_bank_split: ['quote-pcr-selection'],
    selection_count_0: ['quote-pcr-selection'],
    nonce_longer: ['quote-binding'],
    nonce_empty: ['quote-binding'],
    // Without the EK the name of the signer has nothing to be compared with (quote-qualified-signer).
    signer_empty: [],
    signature_sha1: ['quote-signature'],
    pss_signature_labelled_rsassa: ['quote-signature'],
    signature_raw_without_header: ['BYTES_MALFORMED'],
  };
  const undecodable = ['quote-magic-type', 'quote-binding', 'quote-pcr-selection', 'quote-pcr-digest', 'quote-qualified-signer'];

  it.each(signed)('$name: $expect', ({ name, attest_b64, signature_tpmt_b64 }) => {
    const outcome = orCode(() => refused({ akPublic, ...signedBits({ attest_b64, signature_tpmt_b64 }) }));
    expect(outcome).toEqual(expected[name] ?? undecodable);
  });

  it('quote-signature does not look at more than 2048 bytes, whoever signed them', () => {
    const key = createPrivateKey(negative.signed_by_software_key.private_key_pkcs8_pem);
    const judged = (size: number): string => {
      const attestation = Buffer.alloc(size);
      const signature = { alg: 'rsassa', hash: 'sha256', signature: sign('sha256', attestation, key) } as const;
      return quoteSignature.judge({ ...base, akPublic, attestation, signature }).kind;
    };
    expect([judged(2048), judged(2049)]).toEqual(['pass', 'refuse']);
  });

  it('another scheme hash decides the hash of the digest, whatever the bank', () => {
    const key = createPrivateKey(negative.signed_by_software_key.private_key_pkcs8_pem);
    const ak384 = { ...akPublic, scheme: { alg: 'rsassa', hash: 'sha384' } } as PublicArea;
    const signature = { alg: 'rsassa', hash: 'sha384', signature: sign('sha384', base.attestation, key) } as const;
    expect(refused({ akPublic: ak384, signature })).toEqual(['quote-pcr-digest']);
  });
});

interface NegativeEdit extends Edit {
  readonly value_b64?: string;
  readonly from_case?: string;
  readonly from_file?: string;
}

/** Applies the edits of negative.json and tells which checks refuse, or which error decoding gives. */
function judgeEdited(edits: readonly NegativeEdit[]): readonly string[] {
  const quote = quoteNamed('pcr047_rsassa');
  let attestation = b64(quote.attest_b64);
  let signature = b64(quote.signature_tpmt_b64);
  let akPublic = base.akPublic;
  let expectedExtraData = base.expectedExtraData;
  let pcrValues = quote.pcr_values;
  for (const edit of edits) {
    if (edit.field === 'attest') attestation = applyEdit(attestation, edit);
    else if (edit.field === 'signature') signature = applyEdit(signature, edit);
    else if (edit.field === 'expected.nonce') expectedExtraData = b64(edit.value_b64!);
    else if (edit.field === 'expected.ak') akPublic = keyNamed(edit.value!);
    else if (edit.field === 'expected.pcr_values')
      pcrValues = pcrValues.map((value, i) => ({ ...value, value_hex: pcrValues[[2, 1, 0][i]!]!.value_hex }));
    else {
      const other =
        edit.from_file === undefined
          ? quoteNamed(edit.from_case!)
          : vectors<QuotesFile>('certify').cases.find(({ name }) => name === edit.from_case)!;
      attestation = b64(other.attest_b64);
      signature = b64(other.signature_tpmt_b64);
      if (edit.field.endsWith('+ak')) akPublic = decodePublic(b64(other.ak_tpmt_public_b64));
    }
  }
  return orCode(() => {
    const evidence = {
      akPublic,
      attestation,
      signature: decodeSignature(signature),
      expectedExtraData,
      allowedPcrs: allowedFrom(pcrValues),
    };
    return [...refusedBy(akChecks, { akPublic }), ...refusedBy(quoteChecks, evidence)];
  });
}

function orCode(judge: () => readonly string[]): readonly string[] {
  try {
    return judge();
  } catch (error) {
    return [String((error as { code?: unknown }).code)];
  }
}

it('the recorded signature encodes back, so that what is verified is what was sent', () =>
  expect(encodeSignature(base.signature)).toEqual(b64(quoteNamed('pcr047_rsassa').signature_tpmt_b64)));
