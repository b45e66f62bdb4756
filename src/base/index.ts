// What everything stands on: results, secrets, digests, the error table, near misses, what looks like what, who is under way. No I/O, no clock, no randomness.
export { diffLines } from './diff-lines.ts';
export type { DiffLine } from './diff-lines.ts';
export { createMac, createSha256, hmacSha256, sha256, sha256Hex } from './digest.ts';
export type { Mac, Sha256 } from './digest.ts';
export { ERRORS, GatewayError } from './errors.ts';
export type { ErrorCode, LogLevel } from './errors.ts';
export { compileGlob, coversGlob, isGlob, literalPrefix, MAX_GLOB_LENGTH } from './glob.ts';
export type { Matcher } from './glob.ts';
export { inflate } from './inflate.ts';
export type { Compression, InflateFailure } from './inflate.ts';
export { nearest } from './nearest.ts';
export { quoteProgram, withoutProgramWords } from './program-words.ts';
export { fail, ok } from './result.ts';
export type { Result } from './result.ts';
export { createRoster } from './roster.ts';
export type { Listed, Roster } from './roster.ts';
export { Secret } from './secret.ts';
export { looksLike, toSkeleton } from './skeleton.ts';
