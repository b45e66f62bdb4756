// From what was found in a message to what is done about it: the strictest action, the edits, the labels that the task has used from then on. Also where it
// is counted for the record: types, places, and how often; never what stood there.

import { editsFor, FINDING_CLASSES, hasPlace, isEdit, isStricter } from '../../inspection/index.ts';
import type { Action, ActionOf, Direction, Found, FindingClass, InspectionDuties, TakenOut } from '../../inspection/index.ts';
import { parseJson } from '../../mcp/index.ts';
import type { Edit } from '../../mcp/index.ts';
import type { Call } from '../exchange.ts';
import type { Obligations } from '../../policies/index.ts';
import type { Tokens } from './tokens.ts';

/** What is done about one message. */
export interface Treatment {
  /** The strictest of all actions; undefined where nothing was found. */
  readonly action: Action | undefined;
  /** What asked for that. */
  readonly decisive: Found | undefined;
  readonly edits: readonly Edit[];
  readonly taints: readonly string[];
}

/** Type, class and place of findings, with how often, for the record of a call. */
export interface NotedFinding {
  readonly type: string;
  readonly class: FindingClass;
  count: number;
  /** Where the first of them stood. */
  readonly path: string;
  readonly action: Action;
}

/** What was found in one direction. */
export interface Noted {
  /** By type and action. */
  readonly kinds: Map<string, NotedFinding>;
  /** Also of the kinds that are not noted. */
  total: number;
}

/** What was found on the way of a call. */
export type CallFindings = Readonly<Record<Direction, Noted>>;

/** What makes tokens needs the bytes that findings stand in. */
export interface Matter {
  readonly bytes: Uint8Array;
  /** Offset of the first of them in the message. */
  readonly at: number;
  readonly tenant: string;
  readonly tokens: Tokens;
}

/** More kinds than these nobody reads of one call: what comes after is only counted. */
const MAX_NOTED = 64;
const NOTHING: Treatment = Object.freeze({ action: undefined, decisive: undefined, edits: [], taints: [] });

/** What is to be done about findings. */
export function treat(found: readonly Found[], actionOf: ActionOf, matter: Matter): Treatment {
  if (found.length === 0) return NOTHING;
  let action: Action | undefined;
  let decisive: Found | undefined;
  const takenOut: TakenOut[] = [];
  const taints = new Set<string>();
  for (const one of found) {
    const line = actionOf(one);
    if (action === undefined || isStricter(line.action, action)) {
      action = line.action;
      decisive = one;
    }
    for (const label of line.taints ?? []) taints.add(label);
    if (isEdit(line.action) && hasPlace(one))
      takenOut.push({ found: one, token: line.action === 'tokenise' ? tokenFor(one, line.purpose ?? '', matter) : undefined });
  }
  return { action, decisive, edits: takenOut.length === 0 ? [] : editsFor(takenOut), taints: [...taints] };
}

/** Counts findings for the record and the metrics of a call. */
export function noteFindings(call: Call, direction: Direction, found: readonly Found[], actionOf: ActionOf): void {
  if (found.length === 0) return;
  call.findings ??= { requests: { kinds: new Map(), total: 0 }, answers: { kinds: new Map(), total: 0 } };
  const noted = call.findings[direction];
  noted.total += found.length;
  for (const one of found) {
    const { type, class: ofClass, path } = one;
    const { action } = actionOf(one);
    const kind = `${type} ${action}`;
    const known = noted.kinds.get(kind);
    if (known !== undefined) known.count++;
    else if (noted.kinds.size < MAX_NOTED) noted.kinds.set(kind, { type, class: ofClass, count: 1, path, action });
  }
}

export const NO_DUTIES: InspectionDuties = Object.freeze({ required: false, redact: [] });

/** What the rules oblige to that let a call through. */
export function dutiesOf({ inspect, redact }: Obligations): InspectionDuties {
  if (inspect === undefined && redact === undefined) return NO_DUTIES;
  return { required: inspect === 'required', redact: FINDING_CLASSES.filter((one) => redact?.includes(one) === true) };
}

/** Undefined where there is no text to make one of: then a marker stands in its place. */
function tokenFor({ kind, start, end, type }: Found, purpose: string, { bytes, at, tenant, tokens }: Matter): string | undefined {
  if (kind === 'number') return undefined;
  const text = parseJson(Buffer.concat([QUOTE, bytes.subarray(start - at, end - at), QUOTE]), { repairSurrogates: true });
  return text.ok && typeof text.value.value === 'string' ? tokens.make(text.value.value, type, { tenant, purpose }) : undefined;
}

const QUOTE = Buffer.from('"');
