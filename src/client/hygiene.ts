/** Something about this machine that may write memory, and so secrets, to a disk. */
export interface HygieneFinding {
  readonly what: 'core-dumps' | 'core-pipe' | 'swap';
  readonly problem: string;
  readonly remedy: string;
}

/** Text of a file below /proc; undefined where it cannot be read. */
export type ReadProc = (path: string) => string | undefined;

/**
 * Can a crash or a lack of memory put what this process holds on a disk? Looked up in /proc, because a Node program can
 * neither lock its memory nor change its limits: it has to be closed from outside. What cannot be read is not judged.
 * @see proc_pid_limits(5), proc_swaps(5), core(5)
 */
export function checkHygiene(read: ReadProc): readonly HygieneFinding[] {
  const findings: HygieneFinding[] = [];
  const limit = /^Max core file size\s+(\S+)/m.exec(read('/proc/self/limits') ?? '')?.[1];
  if (limit !== undefined && limit !== '0') {
    findings.push({
      what: 'core-dumps',
      problem: `a crash writes a core dump (limit ${limit})`,
      remedy: 'start the container with --ulimit core=0, or the unit with LimitCORE=0',
    });
  }
  if (read('/proc/sys/kernel/core_pattern')?.startsWith('|') === true) {
    findings.push({
      what: 'core-pipe',
      problem: 'the kernel pipes core dumps to a program, whatever the limit says',
      remedy: 'in the startup script of the VM: sysctl -w kernel.core_pattern=core',
    });
  }
  const swaps = (read('/proc/swaps') ?? '')
    .split('\n')
    .slice(1)
    .flatMap((line) => line.split(/\s+/)[0] || []);
  const onDisk = swaps.filter((device) => !/^\/dev\/zram\d+$/.test(device));
  if (onDisk.length > 0) {
    findings.push({
      what: 'swap',
      problem: `memory is swapped to ${onDisk.join(', ')}`,
      remedy: 'in the startup script of the VM: swapoff -a',
    });
  }
  return findings;
}
