import { AppError, messageOf } from '../../src/base/index.js';
import { errorOfGrpcFailure, isQuotaUsedUp, lookupOfClientFailure, lookupOfHttpFailure } from '../../src/gcp/failures.js';

const call = { what: 'instances.get', permission: 'compute.instances.get' };
// Bodies in the form of https://cloud.google.com/compute/docs/reference/rest/v1 and https://cloud.google.com/apis/design/errors
const body = (reason: string, message = 'no', details: readonly object[] = []) => ({
  error: { code: 403, message, errors: [{ reason, message, domain: 'global' }], details, status: 'PERMISSION_DENIED' },
});
const http = (status: number, answer: unknown) => () => lookupOfHttpFailure(status, answer, call);

describe('HTTP', () => {
  it.each(['rateLimitExceeded', 'userRateLimitExceeded', 'quotaExceeded', 'dailyLimitExceeded'])(
    '403 %s is about how much: undecided',
    (reason) => {
      expect(http(403, body(reason))).toThrow('HTTP 403');
    },
  );

  it('403 with RATE_LIMIT_EXCEEDED in its details: undecided', () => {
    expect(http(403, body('forbidden', 'x', [{ reason: 'RATE_LIMIT_EXCEEDED' }]))).toThrow('HTTP 403');
  });

  it.each<[number, unknown, boolean]>([
    [429, undefined, true],
    [403, body('rateLimitExceeded'), true],
    [403, undefined, false],
    [500, body('rateLimitExceeded'), false],
  ])('%d %j: is it the quota that is used up? %s', (status, answer, expected) => {
    let thrown: unknown;
    try {
      http(status, answer)();
    } catch (error) {
      thrown = error;
    }
    expect(isQuotaUsedUp(thrown)).toBe(expected);
    expect(messageOf(thrown).includes('try again in a minute')).toBe(expected);
  });

  it('403 forbidden names the permission in the words of the answer', () => {
    expect(http(403, body('forbidden', "Required 'compute.disks.get' permission for 'projects/p/zones/z/disks/d'"))()).toEqual({
      kind: 'forbidden',
      permission: 'compute.disks.get',
    });
    expect(http(403, body('forbidden'))()).toEqual({ kind: 'forbidden', permission: 'compute.instances.get' });
  });

  it('403 SERVICE_DISABLED says that the API is off', () => {
    const off = { kind: 'forbidden', permission: 'compute.instances.get (the API is not enabled in the project)' };
    expect(http(403, body('accessNotConfigured'))()).toEqual(off);
    expect(http(403, body('forbidden', 'x', [{ reason: 'SERVICE_DISABLED' }]))()).toEqual(off);
  });

  it('404 is absent', () => {
    expect(http(404, { error: { code: 404, message: 'x' } })()).toEqual({ kind: 'absent' });
  });

  it.each([403, 404])('%d from something that is not Google: undecided', (status) => {
    expect(http(status, undefined)).toThrow(`HTTP ${status}`);
    expect(http(status, { message: 'proxy' })).toThrow(`HTTP ${status}`);
  });

  it.each([400, 401, 409, 429, 500, 502, 503, 504])('%d: undecided', (status) => {
    expect(http(status, body('x'))).toThrow(expect.objectContaining({ code: 'CLOUD_UNAVAILABLE' }) as Error);
  });

  it('a client error without a status: undecided', () => {
    expect(() => lookupOfClientFailure(new SyntaxError('x'), call)).toThrow(
      expect.objectContaining({ code: 'CLOUD_UNAVAILABLE' }) as Error,
    );
  });
});

describe('gRPC', () => {
  it.each([
    [1, 'CLOUD_UNAVAILABLE'],
    [2, 'CLOUD_UNAVAILABLE'],
    [3, 'INTERNAL'],
    [4, 'CLOUD_UNAVAILABLE'],
    [5, 'CLOUD_NOT_FOUND'],
    [6, 'CLOUD_ALREADY_EXISTS'],
    [7, 'CLOUD_PERMISSION_MISSING'],
    [8, 'CLOUD_UNAVAILABLE'],
    [9, 'CLOUD_UNAVAILABLE'],
    [13, 'CLOUD_UNAVAILABLE'],
    [14, 'CLOUD_UNAVAILABLE'],
    [16, 'CLOUD_UNAVAILABLE'],
  ])('status %d is %s', (code, expected) => {
    expect(errorOfGrpcFailure(Object.assign(new Error('x'), { code }), call).code).toBe(expected);
  });

  it('PERMISSION_DENIED for a quota: undecided', () => {
    expect(errorOfGrpcFailure({ code: 7, reason: 'RATE_LIMIT_EXCEEDED' }, call).code).toBe('CLOUD_UNAVAILABLE');
  });

  it('our own errors pass', () => {
    const error = new AppError('CANCELLED', 'x');
    expect(errorOfGrpcFailure(error, call)).toBe(error);
  });
});
