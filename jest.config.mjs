const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/scripts/jest-strip-types.mjs' },
};

const project = (name) => ({
  ...shared,
  displayName: name,
  testMatch: [
    `<rootDir>/test/${name}/**/*.test.ts`,
    `<rootDir>/{plugins,bots,lib,sandbox}/*/test/${name}/**/*.test.ts`,
  ],
});

export default {
  // Many suites measure time against a server of their own; more at once would measure each other.
  maxWorkers: 2,
  // Modules of ECMAScript are never given back by a worker: it is replaced when it has grown.
  workerIdleMemoryLimit: '1GB',
  coverageProvider: 'v8',
  collectCoverageFrom: ['{src,plugins,bots,lib,sandbox}/**/*.ts', '!**/test/**'],
  projects: ['unit', 'integration', 'conformance'].map(project),
};
