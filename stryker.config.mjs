// Mutation testing (npm run mutation): every small change of the trust core that no unit test notices is a survivor.
export default {
  mutate: ['src/tpm/**/*.ts', 'src/appraisal/**/*.ts', 'src/server/attestation/**/*.ts'],
  testRunner: 'in-process',
  plugins: ['./scripts/mutation-runner.cjs', './scripts/mutation-words.mjs'],
  ignorers: ['words'],
  warnings: { slow: false },
  allowConsoleColors: false,
  coverageAnalysis: 'perTest',
  // swc compiles one file at a time and asks no tsconfig; Stryker would rewrite it with a compiler API that TypeScript 7 lacks.
  tsconfigFile: 'none',
  // A timeout counts as killed, so it must mean an endless loop and not a busy machine.
  timeoutMS: 180_000,
  timeoutFactor: 4,
  concurrency: 2,
  reporters: ['clear-text', 'progress-append-only', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: '.mutation/report.json' },
  incrementalFile: '.mutation/incremental.json',
  tempDirName: '.mutation/sandbox',
};
