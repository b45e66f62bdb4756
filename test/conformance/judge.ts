// Judges the results of a leg: what failed that must not, and what differs between the direct run and the one through the gateway.

import type { Leg } from './leg.ts';
import type { Check, LegResult, Status } from './suite.ts';

/** A check that ended differently through the gateway; undefined: it was not made on that side. */
export interface Difference {
  readonly scenario: string;
  readonly key: string;
  readonly direct: Status | undefined;
  readonly through: Status | undefined;
  /** Why it did not succeed, where the suite says so. */
  readonly reason: string | undefined;
}

/** How many checks of a leg passed and failed. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

/** Counts a leg's checks; a warning is a failure, since the suite uses it for a SHOULD that is not met. */
export function tally(result: LegResult): Tally {
  const passed = result.checks.filter((check) => check.status === 'SUCCESS').length;
  const failed = result.checks.filter((check) => isFailed(check)).length;
  return { passed, failed };
}

/**
 * What is wrong with a leg by itself: required scenarios that failed or did not run, or too little seen. An excused scenario has to fail:
 * one that passes is no miss any more.
 */
export function faults(leg: Leg, result: LegResult, excused: readonly string[]): readonly string[] {
  const found: string[] = [];
  const ran = new Set(result.checks.map((check) => check.scenario));
  const required = leg.required === 'all' ? [...ran] : leg.required;
  let scenarios = 0;
  let passed = 0;
  for (const scenario of new Set([...required, ...excused])) {
    const checks = result.checks.filter((check) => check.scenario === scenario);
    const failed = checks.filter((check) => isFailed(check));
    passed += checks.filter((check) => check.status === 'SUCCESS').length;
    if (checks.length > 0 && failed.length === 0) scenarios++;
    if (checks.length === 0) found.push(`${scenario}: made no check`);
    else if (!excused.includes(scenario)) found.push(...failed.map((check) => sentence(check)));
    else if (failed.length === 0) found.push(`${scenario}: passes; take it off the list of misses`);
  }
  // What is excused is missing from a floor that is meant for everything.
  const floor = leg.required === 'all' && excused.length > 0 ? { scenarios: 0, checks: 0 } : leg.atLeast;
  if (scenarios < floor.scenarios) found.push(`only ${scenarios} required scenarios passed, expected ${floor.scenarios}`);
  if (passed < floor.checks) found.push(`only ${passed} checks passed, expected ${floor.checks}`);
  // A client that broke down may have done so after its last check.
  if (leg.tests === 'client' && excused.length === 0 && result.exitCode !== 0)
    found.push(`the client failed: ${result.output.slice(-6000)}`);
  if (found.length > 0 && ran.size === 0) found.push(result.output.slice(-6000));
  return found;
}

/** Every check, required or not, that did not end the same on both sides. */
export function differences(direct: LegResult, through: LegResult): readonly Difference[] {
  const name = (check: Check): string => `${check.scenario} ${check.key}`;
  const before = new Map(direct.checks.map((check) => [name(check), check]));
  const after = new Map(through.checks.map((check) => [name(check), check]));
  const found: Difference[] = [];
  for (const id of new Set([...before.keys(), ...after.keys()])) {
    const a = before.get(id);
    const b = after.get(id);
    const either = b ?? a;
    if (either === undefined || a?.status === b?.status) continue;
    found.push({ scenario: either.scenario, key: either.key, direct: a?.status, through: b?.status, reason: b?.reason ?? a?.reason });
  }
  return found;
}

function sentence({ scenario, key, status, reason }: Check): string {
  return `${scenario}: ${key}: ${status}${reason === undefined ? '' : `: ${reason}`}`;
}

function isFailed(check: Check): boolean {
  return check.status === 'FAILURE' || check.status === 'WARNING';
}
