// A release that was saved to be opened elsewhere: sealed envelopes, with the gateway's half of the key of each. Lines of JSON: the release, then one for each
// envelope. It opens nothing without the private key.

import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { ReleaseView } from '../admin/index.ts';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { parseJson } from '../mcp/index.ts';
import type { JsonObject, JsonValue } from '../mcp/index.ts';

/** A sealed envelope, and half of its key. */
export interface BundledEnvelope {
  readonly envelope: string;
  /** Base64; null: whoever it is about was erased. */
  readonly half: string | null;
  /** Undefined: it was not in the vault any more. */
  readonly bytes: Uint8Array | undefined;
}

/** What was saved. */
export interface Bundle {
  readonly release: ReleaseView;
  readonly envelopes: readonly BundledEnvelope[];
}

const FORMAT = 'sallyport-release/1';

/** Writes a new file, for this user alone; the error is a sentence. */
export function writeBundle(file: string, { release, envelopes }: Bundle): Result<undefined, string> {
  let fd: number;
  try {
    fd = openSync(file, 'wx', 0o600);
  } catch {
    return fail(`${file} is there already, or cannot be written.`);
  }
  try {
    writeSync(fd, `${JSON.stringify({ format: FORMAT, release })}\n`);
    for (const { envelope, half, bytes } of envelopes)
      writeSync(fd, `${JSON.stringify({ envelope, half, sealed: bytes === undefined ? null : Buffer.from(bytes).toString('base64') })}\n`);
    return ok(undefined);
  } catch {
    return fail(`${file} could not be written to its end.`);
  } finally {
    closeSync(fd);
  }
}

/** Reads such a file; the error is a sentence. */
export function readBundle(file: string): Result<Bundle, string> {
  let lines: readonly string[];
  try {
    lines = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return fail(`${file} is neither the id of a release nor a file that can be read.`);
  }
  const [first, ...rest] = lines.map(parseLine);
  const release = first?.['format'] === FORMAT ? toRelease(first['release']) : undefined;
  if (release === undefined) return fail(`${file} is no saved release.`);
  const envelopes = rest.flatMap((line): BundledEnvelope[] => {
    const { envelope, half, sealed } = line ?? {};
    if (typeof envelope !== 'string') return [];
    return [
      {
        envelope,
        half: typeof half === 'string' ? half : null,
        bytes: typeof sealed === 'string' ? Buffer.from(sealed, 'base64') : undefined,
      },
    ];
  });
  return envelopes.length === rest.length ? ok({ release, envelopes }) : fail(`${file} was damaged.`);
}

function parseLine(line: string): JsonObject | undefined {
  const parsed = parseJson(Buffer.from(line));
  return parsed.ok && isObject(parsed.value.value) ? parsed.value.value : undefined;
}

/** Only what is shown of it. */
function toRelease(value: JsonValue | undefined): ReleaseView | undefined {
  if (value === undefined || !isObject(value)) return undefined;
  const text = (member: string): string => (typeof value[member] === 'string' ? value[member] : '');
  const texts = (member: string): string[] => {
    const list = value[member];
    return Array.isArray(list) ? list.filter((one): one is string => typeof one === 'string') : [];
  };
  const number = (member: string): number => (typeof value[member] === 'number' ? value[member] : 0);
  if (text('id') === '') return undefined;
  return {
    id: text('id'),
    kind: 'envelopes',
    about: text('about'),
    envelopes: texts('envelopes'),
    pseudonyms: texts('pseudonyms'),
    reason: text('reason'),
    state: 'approved',
    requestedBy: text('requestedBy'),
    requestedAt: text('requestedAt'),
    forMs: number('forMs'),
    decidedBy: text('decidedBy') || null,
    decidedAt: text('decidedAt') || null,
    endsAt: text('endsAt'),
    uses: number('uses'),
    usedAt: text('usedAt') || null,
  };
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
