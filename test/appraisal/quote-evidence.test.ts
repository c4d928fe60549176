import { runStage, tpmStage } from '../../src/appraisal/index.js';
import { arrival, attestation, quote } from './evidence-fixture.js';

/** A good quote whose reads are counted. */
function countedQuote(): { readonly facts: ReturnType<typeof quote>; readonly signatureReads: () => number } {
  const facts = quote();
  const { signature } = facts;
  let reads = 0;
  Object.defineProperty(facts, 'signature', {
    enumerable: true,
    get: () => {
      reads++;
      return signature;
    },
  });
  return { facts, signatureReads: () => reads };
}

test('all checks of one judgement share what was decoded of the quote', () => {
  const { facts, signatureReads } = countedQuote();
  const { evidence } = runStage(tpmStage, arrival({ attestation: attestation({ quote: facts }) }));
  expect(evidence).toBeDefined();
  expect(signatureReads()).toBe(1);
});

test('an error that is not about the bytes is a mistake of ours and no refusal', () => {
  const facts = quote();
  Object.defineProperty(facts, 'signature', {
    get: () => {
      throw new RangeError('ours');
    },
  });
  expect(() => runStage(tpmStage, arrival({ attestation: attestation({ quote: facts }) }))).toThrow(RangeError);
});

test('another judgement decodes anew, and sees what changed', () => {
  const { facts, signatureReads } = countedQuote();
  const given = arrival({ attestation: attestation({ quote: facts }) });
  runStage(tpmStage, given);
  runStage(tpmStage, given);
  expect(signatureReads()).toBe(2);
  const other = runStage(tpmStage, { ...given, attestation: attestation({ quote: quote({ expectedExtraData: Buffer.alloc(32) }) }) });
  expect(other.evidence).toBeUndefined();
});
