import {
  Appraisal,
  callerStage,
  channelStage,
  historyStage,
  machineStage,
  policyPage,
  publicRefusal,
  recordStage,
  tpmStage,
  type ReleaseDecision,
} from '../../src/appraisal/index.js';
import { AppError, pass, type Check } from '../../src/base/index.js';
import { absent, forbidden, found } from '../../src/facts/index.js';
import { arrival, attestation, claims, disk, history, instance, laterEntry, machine, record, type Arrival } from './evidence-fixture.js';

const allIds = policyPage.flatMap((stage) => stage.checks.map((check) => check.id));
const fresh = (): Appraisal => new Appraisal('d-1');

/** Judges stage after stage, as a release does, until one refuses. */
function release(changes: Partial<Arrival>, skipTpm = false): ReleaseDecision {
  const appraisal = fresh();
  const all = { ...arrival(), ...changes };
  const end = (): ReleaseDecision => appraisal.decide('released');
  if (appraisal.judge(callerStage, all) === undefined) return end();
  if (appraisal.judge(recordStage, all) === undefined) return end();
  if (appraisal.judge(channelStage, all) === undefined) return end();
  if (appraisal.judge(machineStage, all) === undefined) return end();
  if (appraisal.judge(historyStage, all) === undefined) return end();
  if (skipTpm) appraisal.skipTpm(all.record);
  else appraisal.judge(tpmStage, all);
  return end();
}

const outcomes = (decision: ReleaseDecision): Record<string, string> =>
  Object.fromEntries(decision.findings.map((finding) => [finding.check, finding.outcome]));

describe('a release', () => {
  it('of the approved VM passes every check but those that do not apply to it', () => {
    const decision = release({});
    expect(decision).toMatchObject({ decisionId: 'd-1', outcome: 'released', stage: undefined });
    expect(decision.findings.map((finding) => finding.check)).toEqual(allIds);
    const skipped = decision.findings.filter((finding) => finding.outcome !== 'passed');
    expect(skipped).toEqual([
      { check: 'key-certificates-fit', outcome: 'skipped', detail: 'there is no certificate of a key' },
      { check: 'signing-key-certified', outcome: 'skipped', detail: 'the record asks for no signing key' },
    ]);
    expect(publicRefusal(decision)).toBeUndefined();
  });

  it('names every check also when the first stage refuses', () => {
    const decision = release({ token: { claims: undefined, problem: 'bad signature' } });
    expect(decision).toMatchObject({ outcome: 'refused', stage: 'caller' });
    expect(decision.findings.map((finding) => finding.check)).toEqual(allIds);
    const { 'token-signature': first, ...others } = outcomes(decision);
    expect(first).toBe('refused');
    expect(new Set(Object.values(others))).toEqual(new Set(['not-reached']));
  });

  it('asks all checks of the refusing stage and none of the next', () => {
    const changed = instance({ status: 'SUSPENDED', fingerprint: 'other' });
    const decision = release({ machine: machine({ instance: found(changed) }) });
    const outcome = outcomes(decision);
    expect(decision.stage).toBe('machine');
    expect([outcome['instance-running'], outcome['instance-fingerprint'], outcome['machine-features']]).toEqual([
      'refused',
      'refused',
      'passed',
    ]);
    expect(outcome['no-unapproved-change']).toBe('not-reached');
  });

  it('is a refusal whatever outcome is asked for', () => {
    const appraisal = fresh();
    appraisal.judge(callerStage, arrival({ token: { claims: claims({ audience: 'x' }), problem: undefined } }));
    expect(appraisal.decide('passed').outcome).toBe('refused');
    expect(appraisal.decide('released').outcome).toBe('refused');
  });

  it('cannot be decided before all stages were judged', () => {
    const appraisal = fresh();
    appraisal.judge(callerStage, arrival());
    appraisal.judge(recordStage, arrival());
    appraisal.judge(channelStage, arrival());
    expect(() => appraisal.decide('released')).toThrow('machine, history, tpm');
    expect(appraisal.decide('passed').outcome).toBe('passed');
  });

  it('cannot be decided out of nothing', () => {
    expect(() => fresh().decide('passed')).toThrow('nothing was judged');
    const skippedOnly = fresh();
    skippedOnly.skipTpm(record({ release_policy: 'identity' }));
    expect(() => skippedOnly.decide('passed')).toThrow('nothing was judged');
  });

  it('of an identity record names the skipped tpm checks', () => {
    const identity = record({ release_policy: 'identity' });
    const approval = { record: identity, revoked: undefined, releasesUsed: 0 };
    const decision = release({ approval, record: identity }, true);
    expect(decision.outcome).toBe('released');
    const tpm = policyPage.find((stage) => stage.name === 'tpm')!.checks.map((check) => check.id);
    expect(tpm.map((id) => outcomes(decision)[id])).toEqual(tpm.map(() => 'skipped'));
    expect(new Set(decision.findings.filter(({ check }) => tpm.includes(check)).map(({ detail }) => detail))).toEqual(
      new Set(['release_policy is identity: the record asks for no attestation']),
    );
  });

  it.each(['attested', 'observe'])('of an %s record cannot skip the tpm checks', (policy) => {
    expect(() => fresh().skipTpm(record({ release_policy: policy }))).toThrow(AppError);
  });

  it('of an observing record is refused before any cloud call', () => {
    const observing = record({ release_policy: 'observe' });
    const decision = release({ approval: { record: observing, revoked: undefined, releasesUsed: 0 } });
    expect(decision).toMatchObject({ outcome: 'refused', stage: 'record' });
    expect(publicRefusal(decision)?.reason).toBe('OBSERVE_ONLY');
  });
});

describe('an appraisal', () => {
  it('carries the instance id once it is known', () => {
    const appraisal = fresh();
    appraisal.judge(callerStage, arrival());
    expect(appraisal.decide('passed').instanceId).toBeUndefined();
    appraisal.identify('8939838129032687278');
    expect(appraisal.decide('passed').instanceId).toBe('8939838129032687278');
  });

  it('judges a stage once, and none after a refusal', () => {
    const appraisal = fresh();
    appraisal.judge(callerStage, arrival());
    expect(() => appraisal.judge(callerStage, arrival())).toThrow('judged already');
    expect(appraisal.judge(recordStage, arrival({ approval: undefined }))).toBeUndefined();
    expect(() => appraisal.judge(channelStage, arrival())).toThrow('cannot follow');
    expect(() => appraisal.skipTpm(record({ release_policy: 'identity' }))).toThrow('cannot follow');
  });

  it('that ends in an error is undecided and keeps only the code', () => {
    const appraisal = fresh();
    appraisal.judge(callerStage, arrival());
    const decision = appraisal.undecided(new AppError('CLOUD_UNAVAILABLE', 'a text for the error log'), 'machine');
    expect(decision).toMatchObject({ outcome: 'undecided', stage: 'machine', errorCode: 'CLOUD_UNAVAILABLE' });
    expect(JSON.stringify(decision)).not.toContain('a text for the error log');
    expect(decision.findings.map((finding) => finding.check)).toEqual(allIds);
    expect(outcomes(decision)['token-signature']).toBe('passed');
    expect(publicRefusal(decision)).toBeUndefined();
    expect(fresh().undecided(new TypeError('x')).errorCode).toBe('INTERNAL');
  });

  it('lets the error of a throwing check through: nothing passes', () => {
    const broken: Check<Arrival> = { ...(callerStage.gate[0] as Check<Arrival>), judge: () => JSON.parse('{') as never };
    const stage = { name: 'caller', gate: [], admit: (all: Arrival) => all, checks: [broken] } as const;
    const appraisal = fresh();
    expect(() => appraisal.judge(stage, arrival())).toThrow(SyntaxError);
    expect(() => appraisal.decide('passed')).toThrow('nothing was judged');
  });

  it('does not pass a stage without checks', () => {
    const stage = { name: 'caller', gate: [], admit: (all: Arrival) => all, checks: [] } as const;
    expect(fresh().judge(stage, arrival())).toBeUndefined();
  });

  it('stops when a gate lets incomplete evidence through', () => {
    const open: Check<Arrival> = { ...(callerStage.gate[0] as Check<Arrival>), judge: () => pass };
    const noToken = arrival({ token: { claims: undefined, problem: 'x' } });
    expect(() => fresh().judge({ ...callerStage, gate: [open] }, noToken)).toThrow('gate of stage caller');
    expect(() => fresh().judge({ ...recordStage, gate: [open] }, arrival({ approval: undefined }))).toThrow('gate of stage record');
    expect(() => fresh().judge({ ...machineStage, gate: [open] }, arrival({ machine: machine({ bootDisk: absent }) }))).toThrow(
      'stage machine',
    );
    expect(() => fresh().judge({ ...historyStage, gate: [open] }, arrival({ history: absent }))).toThrow('stage history');
    expect(() => fresh().judge({ ...tpmStage, gate: [open] }, arrival({ attestation: undefined }))).toThrow('stage tpm');
  });
});

describe('what cannot happen is an error, never a release', () => {
  const decision = (findings: ReleaseDecision['findings']): ReleaseDecision => ({
    decisionId: 'd-1',
    instanceId: undefined,
    outcome: 'refused',
    stage: 'caller',
    findings,
  });

  it.each<[string, () => unknown]>([
    ['policy attested needs the tpm stage', () => fresh().skipTpm(record())],
    ['nothing was judged', () => fresh().decide('passed')],
    ['nothing is released before stages caller, record, channel, machine, history, tpm were judged', () => fresh().decide('released')],
    [
      'stage caller was judged already',
      () => {
        const appraisal = fresh();
        appraisal.judge(callerStage, arrival());
        appraisal.judge(callerStage, arrival());
      },
    ],
    [
      'stage channel cannot follow the refusal in record',
      () => {
        const appraisal = fresh();
        appraisal.judge(recordStage, arrival({ approval: undefined }));
        appraisal.judge(channelStage, arrival());
      },
    ],
    ['the gate of stage record let incomplete evidence through', () => recordStage.admit(arrival({ approval: undefined }))],
  ])('%s', (message, act) => expect(act).toThrow(expect.objectContaining({ code: 'INTERNAL', message })));

  it('a refusal in no stage tells the caller nothing', () =>
    expect(
      publicRefusal({ ...decision([{ check: 'token-age', outcome: 'refused', healedBy: 'bob' }]), stage: undefined }),
    ).toBeUndefined());

  it('a check that was not refused is not what the caller hears', () =>
    expect(
      publicRefusal(
        decision([
          { check: 'token-issuer', outcome: 'passed', healedBy: 'nobody' },
          { check: 'token-age', outcome: 'refused', healedBy: 'bob' },
        ]),
      ),
    ).toMatchObject({ healedBy: 'bob' }));

  it('a stage that is not on the policy page', () =>
    expect(() => fresh().judge({ ...callerStage, name: 'other' as 'caller' }, arrival())).toThrow(
      expect.objectContaining({ code: 'INTERNAL', message: 'stage other is not on the policy page' }),
    ));

  it('a refusal without a refused check', () =>
    expect(() => publicRefusal(decision([{ check: 'token-age', outcome: 'passed' }]))).toThrow(
      expect.objectContaining({ code: 'INTERNAL', message: 'stage caller refused without a refused check' }),
    ));

  it('a refused check without reason and remedy still refuses', () =>
    expect(publicRefusal(decision([{ check: 'token-age', outcome: 'refused', healedBy: 'bob' }]))).toEqual({
      stage: 'caller',
      reason: 'REFUSED',
      remedy: '',
      healedBy: 'bob',
    }));

  it.each([
    ['another disk', machine({ otherDisks: [absent] })],
    ['the metadata of the project', machine({ projectMetadata: absent })],
    ['the metadata of the zone', machine({ zoneMetadata: absent })],
    ['the VM', machine({ instance: absent })],
  ])('a gate of the machine stage that lets %s be missing', (_part, incomplete) => {
    const open: Check<Arrival> = { ...(callerStage.gate[0] as Check<Arrival>), judge: () => pass };
    expect(() => fresh().judge({ ...machineStage, gate: [open] }, arrival({ machine: incomplete }))).toThrow('gate of stage machine');
  });

  it('a gate of the tpm stage that lets the shielded identity be missing', () => {
    const open: Check<Arrival> = { ...(callerStage.gate[0] as Check<Arrival>), judge: () => pass };
    expect(() => fresh().judge({ ...tpmStage, gate: [open] }, arrival({ shieldedIdentity: absent }))).toThrow('gate of stage tpm');
  });

  it('the machine stage hands on every disk that was found', () => {
    const other = disk({ id: '77', name: 'data-1' });
    expect(machineStage.admit(arrival({ machine: machine({ otherDisks: [found(other)] }) })).otherDisks).toEqual([other]);
  });
});

describe('a gate', () => {
  it('ends at its first refusal: a missing permission is not a missing VM', () => {
    const decision = release({ machine: machine({ instance: forbidden('compute.instances.get') }) });
    const outcome = outcomes(decision);
    expect([outcome['permissions-granted'], outcome['instance-exists'], outcome['instance-running']]).toEqual([
      'refused',
      'not-reached',
      'not-reached',
    ]);
    expect(publicRefusal(decision)).toMatchObject({ stage: 'machine', reason: 'PERMISSION_MISSING', healedBy: 'bob' });
  });
});

describe('what the caller may know', () => {
  it('is the refusal that is hardest to mend', () => {
    const changes = [laterEntry('v1.compute.instances.setTags'), laterEntry('v1.compute.instances.setMetadata', { insertId: 'i10' })];
    const decision = release({ history: found({ ...history(...changes), complete: false }), openedAtSeconds: arrival().nowSeconds });
    const refused = decision.findings.filter((finding) => finding.outcome === 'refused').map((finding) => finding.reason);
    expect(refused).toEqual(['SETTLING', 'HISTORY_INCOMPLETE', 'METADATA_CHANGED']);
    expect(publicRefusal(decision)).toEqual({
      stage: 'history',
      reason: 'METADATA_CHANGED',
      remedy: expect.stringContaining('make a new VM') as string,
      healedBy: 'nobody',
    });
  });

  it('is bob before alice, and alice before time', () => {
    const bobAndAlice = release({ attestation: attestation({ credentialActivated: false, quote: undefined }) });
    expect(publicRefusal(bobAndAlice)?.healedBy).toBe('bob');
    const aliceAndTime = release({ history: found({ ...history(), complete: false }), openedAtSeconds: arrival().nowSeconds });
    expect(publicRefusal(aliceAndTime)).toMatchObject({ reason: 'HISTORY_INCOMPLETE', healedBy: 'alice' });
    const time = release({ openedAtSeconds: arrival().nowSeconds });
    expect(publicRefusal(time)).toMatchObject({ reason: 'SETTLING', healedBy: 'time' });
  });

  it('is the first of equals, without details', () => {
    const changed = instance({ fingerprint: 'secret-fingerprint', unknownMembers: ['m'] });
    const decision = release({ machine: machine({ instance: found(changed) }) });
    const refusal = publicRefusal(decision);
    expect(refusal?.reason).toBe('INSTANCE_MEMBER_UNKNOWN');
    expect(JSON.stringify(decision)).toContain('secret-fingerprint');
    expect(JSON.stringify(refusal)).not.toContain('secret-fingerprint');
    expect(JSON.stringify(refusal)).not.toContain('sSHMqlnfdVM=');
  });
});
