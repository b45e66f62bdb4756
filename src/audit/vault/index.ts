// What was said in calls that a rule has kept for a purpose: sealed where it was said, so that neither the gateway nor who runs it can read it, nor anybody
// else alone.
export { checkVault } from './check-vault.ts';
export type { VaultReport } from './check-vault.ts';
export { isOver, keptUntil } from './purpose.ts';
export { envelopeKey, openEnvelope, sealEnvelope } from './envelope.ts';
export type { Envelope, Opening, Sealing } from './envelope.ts';
export { readHead } from './envelope-head.ts';
export type { EnvelopeHead, EnvelopePart, EnvelopeParts } from './types.ts';
export { createVault, MAX_MESSAGE_BYTES } from './vault.ts';
export type { SealedMessage, Vault, VaultOptions } from './vault.ts';
export { isWhole, listVault, readEnvelope, sealedFiles, vaultFiles, vaultFolder, workerVaultFolder } from './vault-folder.ts';
export type { SealedFile, VaultEntry, VaultFile } from './vault-folder.ts';
export { createVaultKey, fingerprintOf, parseRecipient, parseVaultKeyFile, printRecipient, printVaultKeyFile } from './vault-key.ts';
