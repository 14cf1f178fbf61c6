/**
 * The shim's log would print arguments. Its level only keeps lines from being printed: they are put
 * together all the same, some for every message to and from the peer, so its loggers are replaced.
 */
import { createRequire } from 'node:module';

interface ShimLogger {
  silent: boolean;
  [level: string]: unknown;
}
interface LoggerModule {
  getLogger(name: string): ShimLogger;
}

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug'];
const LOGGERS = {
  'fabric-shim/lib/logger.js': [
    '_',
    'contracts-spi/chaincodefromcontract.js',
    'contracts-spi/datamarshall.js',
    'lib/chaincode.js',
    'lib/handler.js',
    'lib/iterators.js',
    'lib/server.js',
    'lib/stub.js',
  ],
  'fabric-contract-api/lib/logger.js': ['./lib/contract.js', './lib/jsontransactionserializer.js'],
};

/** Makes the loggers do nothing: those that the shim's modules hold, and those to come. */
export function silenceShim(): void {
  const require = createRequire(import.meta.url);
  for (const [path, names] of Object.entries(LOGGERS)) {
    const module: LoggerModule = require(path);
    const { getLogger } = module;
    for (const name of names) silence(getLogger(name));
    module.getLogger = (name) => silence(getLogger(name));
  }
}

function silence(logger: ShimLogger): ShimLogger {
  logger.silent = true;
  for (const level of LEVELS) logger[level] = () => logger;
  return logger;
}
