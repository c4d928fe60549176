export type Grade = 'FAIL' | 'WARN' | 'OK';

/** One line of the review's verdict. Texts may quote what Bob wrote: they are made visible when printed. */
export interface ReviewFinding {
  /** The check's or rule's name. */
  readonly id: string;
  readonly grade: Grade;
  /** What was found, in one line. */
  readonly what: string;
  readonly remedy?: string;
  /** May Alice accept it all the same? False where the TokenServer would refuse the VM anyway, or nothing can be known of it any more. */
  readonly waivable: boolean;
  /** One of the TokenServer's own checks, asked here under the record that would be written. */
  readonly ofServer?: true;
  /** A FAIL that was accepted in the last approval of this VM, which has not changed since. */
  readonly acceptedBefore?: true;
}

export const fail = (id: string, what: string, remedy: string, waivable: boolean): ReviewFinding => ({
  id,
  grade: 'FAIL',
  what,
  remedy,
  waivable,
});
export const warn = (id: string, what: string, remedy: string): ReviewFinding => ({ id, grade: 'WARN', what, remedy, waivable: true });
export const ok = (id: string, what: string): ReviewFinding => ({ id, grade: 'OK', what, waivable: true });
