// Conditions of rules: CEL over who calls, what, with which arguments, when and from where. Compiled once, counted as they run.
export { compileCondition } from './compile.ts';
export type { Condition } from './compile.ts';
export { CONDITION_PATHS, MAX_CONDITION_LENGTH } from './language.ts';
export type { ArgumentType, ConditionMistake } from './language.ts';
export type { Facts } from './part.ts';
export { possibleAnswers, readsOf } from './possible.ts';
export type { Answer, TextIs } from './possible.ts';
export { createSteps, Failure, MAX_STEPS } from './steps.ts';
export type { Steps } from './steps.ts';
