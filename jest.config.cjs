module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  setupFiles: ['<rootDir>/test/setup.cjs'],
  // Imports end in .js, as Node wants them; the sources end in .ts.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': ['$1.js', '$1.ts'] },
  transform: {
    '^.+\\.[jt]s$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' }, sourceMaps: 'inline' },
    ],
  },
  // jose is published as ES modules only; everything else loads as it is.
  transformIgnorePatterns: ['/node_modules/(?!jose/)'],
  collectCoverageFrom: ['src/**/*.ts', '!src/wire/generated/**'],
  coverageProvider: 'babel',
  // End-to-end suites wait for processes more than they compute: on two cores, three at a time.
  maxWorkers: 3,
  testTimeout: 30_000,
};
