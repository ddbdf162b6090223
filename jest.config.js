export default {
  testEnvironment: 'node',
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
