import { quoteSignature } from '../../../src/appraisal/checks/quote-signature.js';
import { checkTable } from '../check-table.js';
import { attestation, b64, evidence, goodQuote, keyVector, quote } from '../evidence-fixture.js';

const withQuote = (overrides: Parameters<typeof quote>[0]): ReturnType<typeof evidence> =>
  evidence({ attestation: attestation({ quote: quote(overrides) }) });
const noQuote = evidence({ attestation: attestation({ quote: undefined }) });
const flipped = b64(goodQuote.attest_b64);
flipped[flipped.length - 1]! ^= 1;

checkTable(quoteSignature, [
  ['signed by the attestation key', evidence(), 'pass'],
  ['the bare RSA bytes of the same signature', withQuote({ signature: b64(goodQuote.raw_signature_b64), bareRsa: true }), 'pass'],
  [
    'bare bytes that are too short',
    withQuote({ signature: b64(goodQuote.raw_signature_b64).subarray(1), bareRsa: true }),
    { reason: 'QUOTE_SIGNATURE_INVALID' },
  ],
  ['one bit of the quote changed', withQuote({ attestation: flipped }), { reason: 'QUOTE_SIGNATURE_INVALID' }],
  [
    'signed by another key',
    evidence({ attestation: attestation({ akPublic: b64(keyVector('gce_ak_rsa').tpmt_public_b64) }) }),
    { reason: 'QUOTE_SIGNATURE_INVALID' },
  ],
  ['a signature that does not decode', withQuote({ signature: Buffer.alloc(3) }), { reason: 'QUOTE_SIGNATURE_INVALID' }],
  [
    'an attestation key that does not decode',
    evidence({ attestation: attestation({ akPublic: Buffer.alloc(3) }) }),
    { reason: 'QUOTE_SIGNATURE_INVALID' },
  ],
  ['no quote', noQuote, { reason: 'QUOTE_MISSING', healedBy: 'bob' }],
]);

test('a quote that was found good vouches for no other quote, signature or key, however often it is asked for', () => {
  const otherSignature = b64(goodQuote.signature_tpmt_b64);
  otherSignature[otherSignature.length - 1]! ^= 1;
  const kindOf = (asked: ReturnType<typeof evidence>): string => quoteSignature.judge(asked).kind;
  for (const other of [
    withQuote({ attestation: flipped }),
    withQuote({ attestation: b64(goodQuote.attest_b64).subarray(1) }),
    withQuote({ signature: otherSignature }),
    evidence({ attestation: attestation({ akPublic: b64(keyVector('gce_ak_rsa').tpmt_public_b64) }) }),
  ])
    expect([evidence(), evidence(), other, other, evidence()].map(kindOf)).toEqual(['pass', 'pass', 'refuse', 'refuse', 'pass']);
});
