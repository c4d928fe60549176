import { quoteBinding, referenceBinding, releaseBinding, signingKeyBinding } from '../../src/wire/index.js';

// Expected values: Python's hashlib over the same bytes.
const challenge = 'A'.repeat(32);
const releaseKey = Buffer.from([4, ...Array.from({ length: 64 }, (_, i) => i)]);
const serverSpkiSha256 = Buffer.alloc(32, 7);
const sessionId = Buffer.alloc(32, 9);

describe('what a quote is bound to', () => {
  it('an activation: challenge, release key and server key', () => {
    expect(releaseBinding({ challenge, releaseKey, serverSpkiSha256 }).toString('hex')).toBe(
      'e98c5da74b739a7c668a0138c02afabbaec3eb1ea4b5922686a203df47d91b72',
    );
  });

  it('a later quote: nonce, session and server key', () => {
    expect(quoteBinding({ nonce: challenge, sessionId, serverSpkiSha256 }).toString('hex')).toBe(
      'b38c37c66e2c3e9020706abde897577890e1fd80af74166d0bd185aa01da3d2a',
    );
  });

  it('a signing key: the session', () => {
    expect(signingKeyBinding(sessionId).toString('hex')).toBe('c44334e6d4dfefe8a582a7491cc2f648f1d78d50b84140b3a5443ff770f809c9');
  });

  it('a client of the reference: the challenge itself', () => {
    expect(referenceBinding(challenge)).toEqual(Buffer.from(challenge));
  });
});
