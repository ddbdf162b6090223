export * from './agent-result.js';
export * from './checkpoint.js';
export * from './failure.js';
export * from './ids.js';
export * from './run-event.js';
export * from './stop-reason.js';
export * from './task.js';
