/** What needs the real thing: Nix, packaged functions, processes that are killed. Run by .ci/run, one suite after the other. */
import unit from '../jest.config.js';

export default {
  ...unit,
  rootDir: '..',
  testMatch: ['<rootDir>/tests/**/*.test.ts'],
  testTimeout: 180_000,
};
