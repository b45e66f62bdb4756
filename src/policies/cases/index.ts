// Policy cases: text files that say what a policy is to answer.
export { parseCases } from './parse-cases.ts';
export type { CaseFile, CaseMistake, PolicyCase } from './parse-cases.ts';
export { runCases } from './run-cases.ts';
export type { CaseBed, CaseFailure } from './run-cases.ts';
