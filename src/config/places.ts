// The second door, for what only has to know where things are: the rest of a config is not loaded for it, and the gateway starts sooner.

export { readDataFolder } from './data-folder.ts';
export { ensureLockdownFolder, lockdownFolder } from './lockdown-folder.ts';
