// The second door, for the process that keeps the keys: what it signs, seals and proves. It has no use for the readers, verifiers and exporters behind the
// front door, and a start waits until all that it enters by is loaded.

export { isLogName, parseCheckpointAsk } from './checkpointing.ts';
export { toMac } from './commitment.ts';
export { emptyRange, joinRanges, parseRange, printRange, rootOf } from './merkle.ts';
export { printVerifierKey, readNote, signCheckpoint, toOrigin, toSignerName, toVerifierKey } from './note.ts';
export { isRemoval, proveRemoval } from './removal.ts';
export { signTombstone } from './tombstone.ts';
export { envelopeKey } from './vault/envelope.ts';
