/** Unit tests stand beside their file; what needs the real thing is in tests/ (see .ci/run). */
export default {
  testEnvironment: 'node',
  testTimeout: 30_000, // a busy machine is slow, not wrong
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/shared/testing/strip-types.cjs' },
  testMatch: ['<rootDir>/{shared,events,functions,local,scripts}/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/.build', '<rootDir>/.serverless'],
};
