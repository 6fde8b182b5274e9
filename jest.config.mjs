const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/scripts/jest-strip-types.mjs' },
};

export default {
  coverageProvider: 'v8',
  collectCoverageFrom: ['{src,plugins,bots,lib,sandbox}/**/*.ts', '!**/test/**'],
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/unit/**/*.test.ts', '<rootDir>/{plugins,bots,lib,sandbox}/*/test/unit/**/*.test.ts'],
    },
    {
      ...shared,
      displayName: 'integration',
      testMatch: ['<rootDir>/test/integration/**/*.test.ts', '<rootDir>/{plugins,bots,lib,sandbox}/*/test/integration/**/*.test.ts'],
    },
    {
      ...shared,
      displayName: 'conformance',
      testMatch: ['<rootDir>/test/conformance/**/*.test.ts', '<rootDir>/{plugins,bots,lib,sandbox}/*/test/conformance/**/*.test.ts'],
    },
  ],
};
