import { commandFailure, decodeReturnCode, failedWith, Rc } from '../../src/tpm-device/return-code.js';

// Names and positions as tpm2_rc_decode prints them for the same numbers.
test.each([
  [0x1df, 'INTEGRITY', 'parameter 1', 0x09f],
  [0x3df, 'INTEGRITY', 'parameter 3', 0x09f],
  [0x2d2, 'SCHEME', 'parameter 2', 0x092],
  [0x99d, 'POLICY_FAIL', 'session 1', 0x09d],
  [0xa9d, 'POLICY_FAIL', 'session 2', 0x09d],
  [0x98e, 'AUTH_FAIL', 'session 1', 0x08e],
  [0x9a2, 'BAD_AUTH', 'session 1', 0x0a2],
  [0x18b, 'HANDLE', 'handle 1', 0x08b],
  [0x0a5, 'BINDING', undefined, 0x0a5],
  [0x095, 'SIZE', undefined, 0x095],
  [0x100, 'INITIALIZE', undefined, 0x100],
  [0x101, 'FAILURE', undefined, 0x101],
  [0x128, 'PCR_CHANGED', undefined, 0x128],
  [0x12f, 'AUTH_UNAVAILABLE', undefined, 0x12f],
  [0x14c, 'NV_DEFINED', undefined, 0x14c],
  [0x902, 'OBJECT_MEMORY', undefined, 0x902],
  [0x922, 'RETRY', undefined, 0x922],
  [0x7ff, 'UNKNOWN', 'parameter 7', 0x0bf],
] as const)('code %i is %s for %s', (rc, name, blames, error) => {
  expect(decodeReturnCode(rc)).toEqual({ value: rc, error, name, blames });
});

test('the layer that a resource manager puts into the high bits is masked', () => {
  expect(decodeReturnCode(0x000b0143)).toEqual({ value: 0x143, error: 0x143, name: 'COMMAND_CODE', blames: undefined });
});

test('a failed command names command, code and part, and keeps them for programs', () => {
  const error = commandFailure('Load', 0x1df);
  expect(error.code).toBe('TPM_COMMAND_FAILED');
  expect(error.message).toContain('TPM2_Load failed with 0x1df INTEGRITY for parameter 1');
  expect(error.context).toEqual({ command: 'Load', rc: 0x1df, rcName: 'INTEGRITY' });
  expect(failedWith(error, Rc.integrity)).toBe(true);
  expect(failedWith(error, Rc.policyFail)).toBe(false);
});

test('a lockout says how to end it', () => {
  const error = commandFailure('Unseal', 0x921);
  expect(error.code).toBe('TPM_UNAVAILABLE');
  expect(error.message).toContain('tpm2_dictionarylockout');
});
