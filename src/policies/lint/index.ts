// Rules that cannot do what their writer believes.
export type { Existing } from './dangling.ts';
export { findStrayTools } from './dangling.ts';
export { lintPolicy } from './lint.ts';
export type { LintBed, LintFinding, LintKind } from './lint.ts';
