/** The portable part of screening: no file, no network, no clock. Platforms without a node use it too. */
export * from './address/index.ts';
export * from './flow/index.ts';
export * from './private/index.ts';
export * from './score/index.ts';
