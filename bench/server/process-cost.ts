import { readFileSync } from 'node:fs';

/** Clock ticks of the kernel's accounting: USER_HZ is 100 on every Linux that Node runs on. @see proc(5) */
const msPerTick = 10;

/** Processor time that a process has used, user and system, all threads, in milliseconds (steps of 10). */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name of the program stands in brackets and may hold spaces: fields are counted from behind it. utime is the 14th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * msPerTick;
}

/** Memory of a process that is in RAM now, in MB (10^6 bytes). */
export function residentMb(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (Number(kilobytes) * 1024) / 1e6;
}
