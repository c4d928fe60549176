import { AppError, isAppError, messageOf } from '../../src/base/index.js';

describe('AppError', () => {
  it('keeps code, context and cause', () => {
    const cause = new Error('below');
    const error = new AppError('CLOUD_UNAVAILABLE', 'no answer', { cause, context: { api: 'compute' } });
    expect(error).toMatchObject({ name: 'AppError', code: 'CLOUD_UNAVAILABLE', message: 'no answer', cause, context: { api: 'compute' } });
  });

  it('is told apart by code', () => {
    const error = new AppError('INTERNAL', 'x');
    expect([isAppError(error), isAppError(error, 'INTERNAL'), isAppError(error, 'CANCELLED'), isAppError(new Error('x'))]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('anything thrown has a text', () => {
    expect([messageOf(new Error('a')), messageOf(new Error('')), messageOf('b'), messageOf(''), messageOf(undefined)]).toEqual([
      'a',
      'Error',
      'b',
      'unknown error',
      'unknown error',
    ]);
  });
});
