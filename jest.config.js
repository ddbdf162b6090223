export default {
  testEnvironment: 'node',
  // Tests wait for what happens, on however slow a machine: this is for one that hangs.
  testTimeout: 180_000,
  roots: ['<rootDir>/packages'],
  testMatch: ['**/test/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/packages/example/.run/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^@ginkoai/contract$': '<rootDir>/packages/contract/src/index.ts',
    '^@ginkoai/contract/(.*)$': '<rootDir>/packages/contract/src/$1.ts',
    '^@ginkoai/graph$': '<rootDir>/packages/graph/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: { '^.+\\.ts$': ['ts-jest', { useESM: true, tsconfig: '<rootDir>/tsconfig.test.json' }] },
  collectCoverageFrom: ['packages/*/src/**/*.ts'],
};
