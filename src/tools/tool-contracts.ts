// What an approved definition promises, held against what comes: the arguments of calls, and the results that servers give. Schemas are prepared
// when the first call needs them, and kept for those that are called, of however many tools there are.

import type { JsonObject, JsonValue } from '../mcp/index.ts';
import type { Catalogue, Sighting } from './catalogue.ts';
import { definitionFault, inputSchemaOf, outputSchemaOf } from './definition-faults.ts';
import { createArgumentsCheck } from './validate-arguments.ts';
import type { ArgumentsCheck, Checked } from './validate-arguments.ts';

/** How arguments are held against a schema: what it does not declare is refused, or only what it forbids. */
export type ArgumentsMode = 'strict' | 'schema';

/** `unusable`: there is no approved definition here that could be held against anything; `say` is a clause. */
export type Held = Checked | { readonly kind: 'unusable'; readonly say: string };

/** The promises of approved tools and prompts. */
export interface ToolContracts {
  /** Why a definition can be used by nobody; looked at once for each fingerprint. */
  faultOf(sighting: Sighting, definition: JsonValue): string | undefined;
  /** Whether a tool may be called with these. Where several shapes are approved, one that takes them is enough. */
  checkArguments(server: string, tool: string, value: JsonValue, mode: ArgumentsMode): Held;
  /** Whether a tool may give this as its structured content; undefined: it promises nothing. */
  checkResult(server: string, tool: string, value: JsonValue | undefined): Held | undefined;
  /** Whether a tool promises anything of its results. */
  hasOutput(server: string, tool: string): boolean;
  /** Whether a prompt may be asked for with these. */
  checkPrompt(server: string, prompt: string, value: JsonValue): Held;
}

/** One approved shape of a tool. */
interface Shape {
  readonly fault: string | undefined;
  /** What its input schema lists at the top. */
  readonly declared: JsonObject;
  readonly arguments: Readonly<Record<ArgumentsMode, ArgumentsCheck>>;
  readonly result: ArgumentsCheck | undefined;
}

/** Shapes kept ready: those that are called. */
const MAX_READY = 2_000;
/** Fingerprints of which it is known whether they are usable: a text and a word or two for each tool that there is. */
const MAX_KNOWN = 500_000;
const VALID: Checked = { kind: 'valid' };
const MISSING: Held = { kind: 'unusable', say: 'its approved definition is not there' };

/** Nothing is prepared yet. */
export function createToolContracts(catalogue: Pick<Catalogue, 'approved' | 'fingerprints'>): ToolContracts {
  /** Last used last. */
  const ready = new Map<string, Shape>();
  const known = new Map<string, string | undefined>();

  const faultOf = ({ kind, fingerprint }: Sighting, definition: JsonValue): string | undefined => {
    if (known.has(fingerprint)) return known.get(fingerprint);
    if (known.size >= MAX_KNOWN) known.clear();
    const fault = definitionFault(kind, definition);
    known.set(fingerprint, fault);
    return fault;
  };
  const prepare = (server: string, tool: string, fingerprint: string): Shape | undefined => {
    const found = catalogue.approved(server, 'tool', tool).find((one) => one.fingerprint === fingerprint);
    if (found === undefined) return undefined;
    const { definition } = found;
    const input = inputSchemaOf(definition);
    const output = outputSchemaOf(definition);
    return {
      fault: faultOf({ kind: 'tool', name: tool, fingerprint }, definition),
      declared: isObject(input) && isObject(input['properties']) ? input['properties'] : {},
      arguments: { strict: createArgumentsCheck(input), schema: createArgumentsCheck(input, { strict: false }) },
      result: output === undefined ? undefined : createArgumentsCheck(output, { strict: false, root: 'structuredContent' }),
    };
  };
  const shapeOf = (server: string, tool: string, fingerprint: string): Shape | undefined => {
    const before = ready.get(fingerprint);
    if (before !== undefined && ready.size < MAX_READY) return before;
    const shape = before ?? prepare(server, tool, fingerprint);
    if (shape === undefined) return undefined;
    ready.delete(fingerprint);
    ready.set(fingerprint, shape);
    if (ready.size > MAX_READY) ready.delete(ready.keys().next().value ?? '');
    return shape;
  };
  /** The first good answer of the shapes, the one approved last first; else what that one says. */
  const ask = (server: string, tool: string, check: (shape: Shape) => Held | undefined): Held | undefined => {
    const fingerprints = catalogue.fingerprints(server, 'tool', tool);
    let said: Held | undefined = MISSING;
    for (let at = fingerprints.length - 1; at >= 0; at--) {
      const shape = shapeOf(server, tool, fingerprints[at] ?? '');
      if (shape === undefined) continue;
      const held: Held | undefined = shape.fault === undefined ? check(shape) : { kind: 'unusable', say: shape.fault };
      if (held === undefined || held.kind === 'valid') return held;
      if (said === MISSING) said = held;
    }
    return said;
  };

  return {
    faultOf,
    checkArguments: (server, tool, value, mode) => {
      if (!isObject(value)) return { kind: 'invalid', place: '(all of it)', say: 'arguments should be an object.' };
      return ask(server, tool, (shape) => checkPresent(shape, value, mode)) ?? MISSING;
    },
    checkResult: (server, tool, value) =>
      ask(server, tool, ({ result }) => {
        if (result === undefined) return undefined;
        return value === undefined
          ? { kind: 'invalid', place: '(all of it)', say: 'structuredContent should be there.' }
          : result.check(value);
      }),
    hasOutput: (server, tool) =>
      catalogue.fingerprints(server, 'tool', tool).some((one) => shapeOf(server, tool, one)?.result !== undefined),
    checkPrompt: (server, prompt, value) => {
      if (!isObject(value)) return { kind: 'invalid', place: '(all of it)', say: 'arguments should be an object.' };
      const shapes = catalogue.approved(server, 'prompt', prompt);
      if (shapes.length === 0) return MISSING;
      return shapes.some(({ definition }) => Object.keys(value).every((name) => declares(definition, name))) ? VALID : UNDECLARED;
    },
  };
}

/** MCP takes an argument that is null for one that is left out (SEP-2243), and models write it so: a declared one is held to be absent then. */
function checkPresent({ arguments: checks, declared }: Shape, value: JsonObject, mode: ArgumentsMode): Held {
  const checked = checks[mode].check(value);
  if (checked.kind !== 'invalid') return checked;
  const present = Object.entries(value).filter(([name, one]) => one !== null || !Object.hasOwn(declared, name));
  return present.length === Object.keys(value).length ? checked : checks[mode].check(Object.fromEntries(present));
}

const UNDECLARED: Held = { kind: 'invalid', place: '*', say: 'arguments should hold nothing that the prompt does not declare.' };

function declares(prompt: JsonValue, name: string): boolean {
  const declared = isObject(prompt) ? prompt['arguments'] : undefined;
  return Array.isArray(declared) && declared.some((one: JsonValue) => isObject(one) && one['name'] === name);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
