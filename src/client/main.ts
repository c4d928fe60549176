#!/usr/bin/env node
import { wipeHeldFiles } from './crash-wipe.js';
import { ExitCode } from './exit-codes.js';
import { fail } from './io.js';
import { processIo } from './process-io.js';
import { ProcessSignals } from './process-signals.js';
import { runProgram } from './program.js';

const stderr = (text: string): void => void process.stderr.write(text);

/** A mistake of ours: files are wiped, one line is printed that quotes nothing, and Node prints nothing of its own. */
function crash(error: unknown): never {
  process.exit(fail({ stderr }, error, ExitCode.internal));
}

process.on('uncaughtException', crash);
process.on('unhandledRejection', crash);
process.on('exit', wipeHeldFiles);

const signals = new ProcessSignals();
runProgram(
  process.argv.slice(2),
  processIo(signals.signal, (to) => signals.forward(to)),
).then((code) => {
  process.exitCode = code;
}, crash);
