export { newToken } from './auth.js';
export { parseListenAddress, type ListenAddress } from './config.js';
export { createGraphServer, type GraphServer, type GraphServerOptions } from './server.js';
export type { GraphWorkerData, GraphWorkerMessage, GraphWorkerOrder } from './worker-messages.js';
