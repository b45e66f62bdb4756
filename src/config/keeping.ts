// The second door, for the process that reads the secrets that a config names, and has no use for the rest of a config.

export { diskFiles } from './files.ts';
export { resolveValue } from './secrets.ts';
