// Mutation testing (npm run mutation): every small change of the trust core that no unit test notices is a survivor.
export default {
  mutate: ['src/tpm/**/*.ts', 'src/appraisal/**/*.ts', 'src/server/attestation/**/*.ts'],
  testRunner: 'jest',
  plugins: ['@stryker-mutator/jest-runner'],
  coverageAnalysis: 'perTest',
  jest: {
    configFile: 'jest.config.cjs',
    // The fast unit tests of the three rooms and the rule that every check must satisfy. Suites that start programs (swtpm,
    // servers, tpm2-tools) would find more, at hours instead of minutes.
    config: { testMatch: ['<rootDir>/test/{tpm,appraisal,server/attestation}/**/*.test.ts', '<rootDir>/test/rules/checks.test.ts'] },
  },
  // swc compiles one file at a time and asks no tsconfig; Stryker would rewrite it with a compiler API that TypeScript 7 lacks.
  tsconfigFile: 'none',
  // A timeout counts as killed, so it must mean an endless loop and not a busy machine.
  timeoutMS: 60_000,
  timeoutFactor: 4,
  concurrency: 2,
  reporters: ['clear-text', 'progress-append-only', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: '.mutation/report.json' },
  incrementalFile: '.mutation/incremental.json',
  tempDirName: '.mutation/sandbox',
};
