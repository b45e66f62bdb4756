// What workers and control say to each other about limits, read from frames. Both ends are one program, so a frame of another shape is dropped
// as a whole, and the shapes are looked at, not the numbers in them.

import type { Account, Claim, LeaseReport, Over, Taken, Want } from '../policies/index.ts';
import type { Fields } from './channel.ts';

/** What some calls of a worker owe. */
export interface TakeFrame {
  readonly id: number;
  readonly wants: readonly Want[];
  readonly reports: readonly LeaseReport[];
}

/** An answer that decides. */
export type Decided = Exclude<Taken, { kind: 'recall' }>;

/** Reads what a worker wants to take. */
export function readTake({ id, wants, reports }: Fields): TakeFrame | undefined {
  return typeof id === 'number' && isListOf(wants, isWant) && isListOf(reports, isReport) ? { id, wants, reports } : undefined;
}

/** Reads what became of leases; nothing where it has another shape. */
export function readReports({ reports }: Fields): readonly LeaseReport[] {
  return isListOf(reports, isReport) ? reports : [];
}

/** Reads what a worker holds. */
export function readClaims({ claims }: Fields): readonly Claim[] {
  return isListOf(claims, isClaim) ? claims : [];
}

/** Reads which buckets are meant. */
export function readAccounts({ accounts }: Fields): readonly Account[] {
  return isListOf(accounts, isAccount) ? accounts : [];
}

/** Reads the authority's answer. */
export function readDecided({ id, taken }: Fields): { readonly id: number; readonly taken: Decided } | undefined {
  return typeof id === 'number' && (isTaken(taken) || isOver(taken)) ? { id, taken } : undefined;
}

function isAccount(value: unknown): value is Account {
  return isObject(value) && typeof value['limit'] === 'string' && typeof value['key'] === 'string';
}

function isWant(value: unknown): value is Want {
  return isObject(value) && isAccount(value) && typeof value['cost'] === 'number';
}

function isReport(value: unknown): value is LeaseReport {
  return (
    isObject(value) &&
    isAccount(value) &&
    ['spent', 'back', 'owed', 'admitted', 'refused'].every((member) => typeof value[member] === 'number')
  );
}

function isClaim(value: unknown): value is Claim {
  return (
    isObject(value) &&
    isAccount(value) &&
    typeof value['held'] === 'number' &&
    typeof value['openUntilMs'] === 'number' &&
    isNumbers(value['times'])
  );
}

function isTaken(value: unknown): value is Extract<Taken, { kind: 'taken' }> {
  return isObject(value) && value['kind'] === 'taken' && isNumbers(value['extra']);
}

function isOver(value: unknown): value is Over {
  return isObject(value) && value['kind'] === 'over' && isAccount(value) && typeof value['retryAfterMs'] === 'number';
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'number');
}

function isListOf<T>(value: unknown, is: (one: unknown) => one is T): value is readonly T[] {
  return Array.isArray(value) && value.every(is);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
