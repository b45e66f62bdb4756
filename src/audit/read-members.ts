// Reads the members of a line as plain data. A line on disk may have been altered: nothing about it is believed.

import type { RecordedFinding } from './record.ts';

/** The members of a JSON object; empty when the text is none. */
export function readMembers(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** A member that is text, else the empty string. */
export function toText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A member that is a number, else 0. */
export function toNumber(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

/** A member that lists what was found; what is none of that is left out. */
export function toFindings(value: unknown): readonly RecordedFinding[] {
  if (!Array.isArray(value)) return [];
  const members: readonly unknown[] = value;
  return members.filter(isObject).map((one) => ({
    type: toText(one['type']),
    class: toText(one['class']),
    count: toNumber(one['count']),
    path: toText(one['path']),
    action: toText(one['action']),
  }));
}

/** A member that is an object, else an empty one. */
export function toMembers(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
