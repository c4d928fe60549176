import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quoteBinding, referenceBinding, releaseBinding, signingKeyBinding, spkiSha256 } from '../../src/wire/index.js';

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

it('certificates that come in turns each have the hash that openssl computes, and nobody can change it for the next', () => {
  const directory = mkdtempSync(join(tmpdir(), 'spki-'));
  try {
    const shell = (command: string): string => execFileSync('sh', ['-c', command], { cwd: directory, encoding: 'utf8' });
    const certificates = ['one', 'two'].map((name) => {
      shell(
        `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=${name} -keyout ${name}.key -out ${name}.crt 2>&1`,
      );
      const hash = shell(`openssl x509 -in ${name}.crt -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256 -hex -r`);
      return { pem: readFileSync(join(directory, `${name}.crt`)), hash: hash.slice(0, 64) };
    });
    for (const { pem, hash } of [...certificates, ...certificates, ...certificates.toReversed()]) {
      expect(spkiSha256(pem).toString('hex')).toBe(hash);
      spkiSha256(pem).fill(0);
      expect(spkiSha256(pem).toString('hex')).toBe(hash);
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
});
