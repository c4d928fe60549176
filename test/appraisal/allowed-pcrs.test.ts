import { allowedPcrs } from '../../src/appraisal/index.js';
import type { AllowedPcrs, PcrBank } from '../../src/tpm/index.js';
import { record } from './evidence-fixture.js';

const [a, b, c] = [1, 2, 3].map((fill) => Buffer.alloc(32, fill)) as [Buffer, Buffer, Buffer];
const flags = (bank: PcrBank, ...registers: readonly (readonly [number, readonly Buffer[]])[]): AllowedPcrs =>
  new Map([[bank, new Map(registers)]]);
const policy = record({
  release_policy: 'identity',
  pcr_policy: { sha256: { '0': [a.toString('hex'), b.toString('hex')], '23': [c.toString('hex')] }, sha1: { '7': ['11'.repeat(20)] } },
});
const none = record({ release_policy: 'identity', pcr_policy: undefined });

describe('the PCR values that a quote may show', () => {
  it('are those of the record, every bank and register of it', () => {
    const allowed = allowedPcrs(policy, undefined);
    expect([...(allowed?.keys() ?? [])].sort()).toEqual(['sha1', 'sha256']);
    expect(allowed?.get('sha256')?.get(0)).toEqual([a, b]);
    expect(allowed?.get('sha256')?.get(23)).toEqual([c]);
    expect(allowed?.get('sha1')?.get(7)).toEqual([Buffer.alloc(20, 0x11)]);
  });

  it('are fewer where the flags name fewer, and none where they agree on none', () => {
    expect(
      allowedPcrs(policy, flags('sha256', [0, [b, c]]))
        ?.get('sha256')
        ?.get(0),
    ).toEqual([b]);
    expect(
      allowedPcrs(policy, flags('sha256', [0, [c]]))
        ?.get('sha256')
        ?.get(0),
    ).toEqual([]);
    expect(
      allowedPcrs(policy, flags('sha256', [0, [b]]))
        ?.get('sha256')
        ?.get(23),
    ).toEqual([c]);
  });

  it('include registers and banks that only the flags name', () => {
    expect(
      allowedPcrs(policy, flags('sha256', [4, [a]]))
        ?.get('sha256')
        ?.get(4),
    ).toEqual([a]);
    expect(
      allowedPcrs(policy, flags('sha512', [4, [a]]))
        ?.get('sha512')
        ?.get(4),
    ).toEqual([a]);
    expect(
      allowedPcrs(none, flags('sha256', [4, [a]]))
        ?.get('sha256')
        ?.get(4),
    ).toEqual([a]);
  });

  it('are undefined, not empty, when nobody names any', () => {
    expect(allowedPcrs(none, undefined)).toBeUndefined();
    expect(allowedPcrs(none, new Map())).toBeUndefined();
  });

  it('leave the flags as they were', () => {
    const given = flags('sha256', [0, [c]]);
    allowedPcrs(policy, given);
    expect(given.get('sha256')?.get(0)).toEqual([c]);
  });
});
