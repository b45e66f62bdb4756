// What is done about findings: the lines of a config, then the defaults below; the first line that fits a finding decides. Two things no line changes:
// what a detector is not sure of is only tagged, and what was not looked into has no place at which anything could be replaced.

import { compileGlob, isGlob } from '../base/index.ts';
import type { Matcher } from '../base/index.ts';
import { hasPlace } from './redact.ts';
import { ACTIONS, FINDING_CLASSES } from './types.ts';
import type { Action, ActionLine, Direction, FindingClass, Found, InspectionDocument } from './types.ts';

/** Says what is done about one finding. */
export type ActionOf = (found: Found) => ActionLine;

/** All lines, compiled. */
export interface ActionTable {
  /** What is done about findings in what goes to a server, or comes from it; of a call of a tool, or of anything else. */
  on(server: string, tool: string | undefined, direction: Direction): ActionOf;
  /** The same where nobody knows whether a tool is called, and which: the strictest of what might hold. */
  onAny(server: string, direction: Direction): ActionOf;
}

/** What a rule adds to the lines, for the calls that it grants. */
export interface InspectionDuties {
  /** What was not looked into denies. */
  readonly required: boolean;
  /** Findings of these classes are redacted, where not more is done about them. */
  readonly redact: readonly FindingClass[];
}

const EVERYWHERE: readonly Direction[] = ['requests', 'answers'];

/** What holds where no line of the config fits. The last line fits everything. */
export const DEFAULT_ACTIONS: readonly ActionLine[] = [
  // Whoever can make looking fail, or make it too expensive, could hide anything behind that.
  { findings: ['failed', 'over-budget'], directions: EVERYWHERE, servers: ['*'], action: 'deny' },
  { findings: ['secret', 'payment', 'canary', 'hidden', 'active'], directions: ['answers'], servers: ['*'], action: 'redact' },
  // A request that carries a secret is a leak under way: replaced, it would be a call that nobody meant.
  {
    findings: ['secret', 'payment', 'canary', 'metadata-address', 'metadata-host'],
    directions: ['requests'],
    servers: ['*'],
    action: 'deny',
  },
  { findings: ['*'], directions: EVERYWHERE, servers: ['*'], action: 'tag' },
];

/** Inspection where nothing is configured: all detectors, the defaults. */
export const DEFAULT_INSPECTION: InspectionDocument = { actions: [], detectors: [], canaries: {}, without: [], reveal: [] };

/** What the other lines come to for what a detector is not sure of, and where no line fits. */
const TAGGED: ActionLine = { findings: ['*'], directions: EVERYWHERE, servers: ['*'], action: 'tag' };

/** Names of tools come from servers and agents; a table that remembered all of them would be theirs to fill. */
const MAX_REMEMBERED = 1024;

interface CompiledLine {
  readonly line: ActionLine;
  readonly servers: Matcher;
  /** Undefined: whatever is asked of the server. */
  readonly tools: Matcher | undefined;
  readonly fits: (found: Found) => boolean;
}

/** Compiles the lines of a config, the defaults behind them. */
export function compileActions(document: Pick<InspectionDocument, 'actions'>): ActionTable {
  const lines = [...document.actions, ...DEFAULT_ACTIONS].map(compileLine);
  const remembered = new Map<string, ActionOf>();
  return {
    onAny(server, direction) {
      return strictestFit(lines.filter((one) => one.line.directions.includes(direction) && one.servers(server)));
    },
    on(server, tool, direction) {
      const key = tool === undefined ? `${direction} ${server}` : `${direction} ${server} ${tool}`;
      const known = remembered.get(key);
      if (known !== undefined) return known;
      if (remembered.size >= MAX_REMEMBERED) remembered.clear();
      const made = firstFit(lines.filter((one) => appliesTo(one, server, tool, direction)));
      remembered.set(key, made);
      return made;
    },
  };
}

/** Adds what a rule obliges to: never milder than what the lines say. */
export function withDuties(actionOf: ActionOf, duties: InspectionDuties): ActionOf {
  if (!duties.required && duties.redact.length === 0) return actionOf;
  const redacted: ReadonlySet<FindingClass> = new Set(duties.redact);
  return (found) => {
    const line = actionOf(found);
    if (found.class === 'unscanned') return duties.required ? atLeast(line, 'deny') : line;
    return redacted.has(found.class) && found.confidence !== 'low' ? carriedOut(atLeast(line, 'redact'), found) : line;
  };
}

/** Whether one action is stricter than another. */
export function isStricter(one: Action, other: Action): boolean {
  return ACTIONS.indexOf(one) > ACTIONS.indexOf(other);
}

/** Whether an action replaces what was found. */
export function isEdit(action: Action): boolean {
  return action === 'redact' || action === 'tokenise';
}

function atLeast(line: ActionLine, action: Action): ActionLine {
  return isStricter(action, line.action) ? { ...line, action } : line;
}

/** What has no place cannot be replaced: it would stay where it is. */
function carriedOut(line: ActionLine, found: Found): ActionLine {
  return isEdit(line.action) && !hasPlace(found) ? { ...line, action: 'deny' } : line;
}

function firstFit(lines: readonly CompiledLine[]): ActionOf {
  return (found) => {
    if (found.confidence === 'low' && found.class !== 'unscanned') return TAGGED;
    return carriedOut(lines.find((one) => one.fits(found))?.line ?? TAGGED, found);
  };
}

/** Lines about tools may hold or not; the first line about everything does, where none of them is stricter. */
function strictestFit(lines: readonly CompiledLine[]): ActionOf {
  return (found) => {
    if (found.confidence === 'low' && found.class !== 'unscanned') return TAGGED;
    let strictest: ActionLine | undefined;
    for (const { line, fits } of lines) {
      if (!fits(found)) continue;
      if (strictest === undefined || isStricter(line.action, strictest.action)) strictest = line;
      if (line.tools === undefined) break;
    }
    return carriedOut(strictest ?? TAGGED, found);
  };
}

function compileLine(line: ActionLine): CompiledLine {
  const tools = line.tools;
  return {
    line,
    servers: anyOf(line.servers),
    tools: tools === undefined ? undefined : anyOf(tools),
    fits: compileFindings(line),
  };
}

function appliesTo(one: CompiledLine, server: string, tool: string | undefined, direction: Direction): boolean {
  if (!one.line.directions.includes(direction) || !one.servers(server)) return false;
  return one.tools === undefined || (tool !== undefined && one.tools(tool));
}

/** Words that are classes stand for their class, all others for types. */
function compileFindings(line: ActionLine): (found: Found) => boolean {
  const classes: ReadonlySet<FindingClass> = new Set(FINDING_CLASSES.filter((one) => line.findings.includes(one)));
  const isType = anyOf(line.findings);
  const edits = isEdit(line.action);
  // An edit needs a place: `*: redact` says nothing of what nobody has looked into, and leaves it to the lines below.
  return (found) => !(edits && found.class === 'unscanned') && (classes.has(found.class) || isType(found.type));
}

/** Whether any of the names and globs matches. */
function anyOf(patterns: readonly string[]): Matcher {
  if (patterns.includes('*')) return () => true;
  const names: ReadonlySet<string> = new Set(patterns.filter((one) => !isGlob(one)));
  const globs = patterns.filter(isGlob).map(compileGlob);
  return (name) => names.has(name) || globs.some((matches) => matches(name));
}
