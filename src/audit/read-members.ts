// Reads the members of a line as plain data. A line on disk may have been altered: nothing about it is believed.

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

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
