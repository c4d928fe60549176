import { AppError } from '../base/index.js';

/** What a response code says: the error without its position, its TPM_RC name, and which part of the command it blames. */
export interface ReturnCode {
  /** The code as the TPM sent it, without the layer that a resource manager adds in bits 16 and up. */
  readonly value: number;
  /** The error alone: format 1 codes without their number and kind (0x1df and 0x3df are both 0x09f). Compare with `Rc`. */
  readonly error: number;
  /** Name without TPM_RC_, or `UNKNOWN`. */
  readonly name: string;
  /** "parameter 1", "session 2", "handle 1"; undefined where the code names none. */
  readonly blames: string | undefined;
}

/** Response codes that callers act on, without position. TPM 2.0 Part 2, section 6.6.3. */
export const Rc = {
  initialize: 0x100,
  failure: 0x101,
  pcrChanged: 0x128,
  nvUninitialized: 0x14a,
  nvDefined: 0x14c,
  value: 0x084,
  handle: 0x08b,
  policyFail: 0x09d,
  integrity: 0x09f,
  objectMemory: 0x902,
  sessionMemory: 0x903,
  yielded: 0x908,
  testing: 0x90a,
  lockout: 0x921,
  retry: 0x922,
} as const;

const format0Names: Readonly<Record<number, string>> = {
  0x01e: 'BAD_TAG',
  0x100: 'INITIALIZE',
  0x101: 'FAILURE',
  0x103: 'SEQUENCE',
  0x10b: 'PRIVATE',
  0x119: 'HMAC',
  0x120: 'DISABLED',
  0x121: 'EXCLUSIVE',
  0x124: 'AUTH_TYPE',
  0x125: 'AUTH_MISSING',
  0x126: 'POLICY',
  0x127: 'PCR',
  0x128: 'PCR_CHANGED',
  0x12d: 'UPGRADE',
  0x12e: 'TOO_MANY_CONTEXTS',
  0x12f: 'AUTH_UNAVAILABLE',
  0x130: 'REBOOT',
  0x131: 'UNBALANCED',
  0x142: 'COMMAND_SIZE',
  0x143: 'COMMAND_CODE',
  0x144: 'AUTHSIZE',
  0x145: 'AUTH_CONTEXT',
  0x146: 'NV_RANGE',
  0x147: 'NV_SIZE',
  0x148: 'NV_LOCKED',
  0x149: 'NV_AUTHORIZATION',
  0x14a: 'NV_UNINITIALIZED',
  0x14b: 'NV_SPACE',
  0x14c: 'NV_DEFINED',
  0x150: 'BAD_CONTEXT',
  0x151: 'CPHASH',
  0x152: 'PARENT',
  0x153: 'NEEDS_TEST',
  0x154: 'NO_RESULT',
  0x155: 'SENSITIVE',
  0x901: 'CONTEXT_GAP',
  0x902: 'OBJECT_MEMORY',
  0x903: 'SESSION_MEMORY',
  0x904: 'MEMORY',
  0x905: 'SESSION_HANDLES',
  0x906: 'OBJECT_HANDLES',
  0x907: 'LOCALITY',
  0x908: 'YIELDED',
  0x909: 'CANCELED',
  0x90a: 'TESTING',
  0x920: 'NV_RATE',
  0x921: 'LOCKOUT',
  0x922: 'RETRY',
  0x923: 'NV_UNAVAILABLE',
};

const format1Names: Readonly<Record<number, string>> = {
  0x081: 'ASYMMETRIC',
  0x082: 'ATTRIBUTES',
  0x083: 'HASH',
  0x084: 'VALUE',
  0x085: 'HIERARCHY',
  0x087: 'KEY_SIZE',
  0x088: 'MGF',
  0x089: 'MODE',
  0x08a: 'TYPE',
  0x08b: 'HANDLE',
  0x08c: 'KDF',
  0x08d: 'RANGE',
  0x08e: 'AUTH_FAIL',
  0x08f: 'NONCE',
  0x090: 'PP',
  0x092: 'SCHEME',
  0x095: 'SIZE',
  0x096: 'SYMMETRIC',
  0x097: 'TAG',
  0x098: 'SELECTOR',
  0x09a: 'INSUFFICIENT',
  0x09b: 'SIGNATURE',
  0x09c: 'KEY',
  0x09d: 'POLICY_FAIL',
  0x09f: 'INTEGRITY',
  0x0a0: 'TICKET',
  0x0a1: 'RESERVED_BITS',
  0x0a2: 'BAD_AUTH',
  0x0a3: 'EXPIRED',
  0x0a4: 'POLICY_CC',
  0x0a5: 'BINDING',
  0x0a6: 'CURVE',
  0x0a7: 'ECC_POINT',
};

/**
 * Takes a response code apart. TPM 2.0 Part 2, section 6.6.2: bit 7 set is format 1, where bit 6 says "parameter" (number
 * in bits 8-11) and otherwise bit 11 tells sessions from handles (number in bits 8-10). Other codes name no part.
 */
export function decodeReturnCode(rc: number): ReturnCode {
  const value = rc & 0xffff;
  if ((value & 0x80) === 0) return { value, error: value, name: format0Names[value] ?? 'UNKNOWN', blames: undefined };
  const error = value & 0xbf;
  return { value, error, name: format1Names[error] ?? 'UNKNOWN', blames: blamed(value) };
}

function blamed(value: number): string | undefined {
  if ((value & 0x40) !== 0) return position('parameter', (value >> 8) & 0xf);
  return (value & 0x800) === 0 ? position('handle', (value >> 8) & 0x7) : position('session', (value >> 8) & 0x7);
}

const position = (kind: string, number: number): string | undefined => (number === 0 ? undefined : `${kind} ${number}`);

/** Does the TPM ask for the same bytes again? RETRY, YIELDED and TESTING do (Part 1, section 39.3). */
export const asksForResend = (error: number): boolean => error === Rc.retry || error === Rc.yielded || error === Rc.testing;

/** What a person can do about an error; undefined where the code alone tells too little. */
const advice: Readonly<Record<number, string>> = {
  [Rc.initialize]: 'the TPM was not started: send TPM2_Startup, or restart the machine',
  [Rc.pcrChanged]: 'a PCR was extended meanwhile: try again',
  [Rc.policyFail]: 'the policy of the object is not satisfied (for a sealed secret: its PCR values are not those of this machine)',
  [Rc.integrity]: 'the blob was changed, or was made for another TPM or key',
  [Rc.objectMemory]: 'no free slot for an object: use /dev/tpmrm0, or see what is loaded with tpm2_getcap handles-transient',
  [Rc.sessionMemory]: 'no free slot for a session: use /dev/tpmrm0, or see what is open with tpm2_getcap handles-loaded-session',
};

/**
 * The error for a failed command. TPM_UNAVAILABLE when the TPM is locked out or still asks to try again,
 * else TPM_COMMAND_FAILED; both with `context.command`, `context.rc` (as sent, layer removed) and `context.rcName`.
 */
export function commandFailure(command: string, rc: number): AppError {
  const { value, error, name, blames } = decodeReturnCode(rc);
  const context = { command, rc: value, rcName: name };
  const code = `0x${value.toString(16).padStart(3, '0')}`;
  if (error === Rc.lockout) {
    const what = `the TPM is locked out after failed authorizations (TPM2_${command} answered ${code} LOCKOUT)`;
    return new AppError('TPM_UNAVAILABLE', `${what}: wait for its recovery time, or reset it with tpm2_dictionarylockout -c`, { context });
  }
  if (asksForResend(error)) {
    return new AppError('TPM_UNAVAILABLE', `the TPM is busy: TPM2_${command} still answers ${code} ${name}; try again later`, { context });
  }
  const where = blames === undefined ? '' : ` for ${blames}`;
  const hint = advice[error];
  return new AppError('TPM_COMMAND_FAILED', `TPM2_${command} failed with ${code} ${name}${where}${hint === undefined ? '' : `: ${hint}`}`, {
    context,
  });
}

/** Is this a failed command whose error (without position) is one of these? See `Rc`. */
export function failedWith(error: unknown, ...errors: readonly number[]): boolean {
  if (!(error instanceof AppError) || error.code !== 'TPM_COMMAND_FAILED') return false;
  const { rc } = error.context;
  return typeof rc === 'number' && errors.includes(decodeReturnCode(rc).error);
}
