import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{proof,chaincode,screening,gateway,legacy,node-config,test,scripts}/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
