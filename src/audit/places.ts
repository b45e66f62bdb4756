// The second door, for what only has to know where things are.

export { nodeName } from './node-name.ts';
export { workerVaultFolder } from './vault/vault-folder.ts';
