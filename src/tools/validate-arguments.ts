// Arguments of a call against the approved schema of its tool; results against its output schema. The schema is interpreted, in bounded
// steps, and prepared when it is first needed. What was not fully looked at is reported as `unvalidated`, and whoever asks must not take
// that for valid.
//
// Dialects: JSON Schema 2020-12, and of earlier drafts what servers write (`definitions`, `items` as a tuple, `additionalItems`,
// `dependencies`, a `$ref` that stands alone, draft 4's exclusive limits). `format` and `content*` are annotations (validation §7.2.1).

import type { JsonValue } from '../mcp/index.ts';
import { toPlace } from './diff.ts';
import { createRun } from './schema/run.ts';
import type { Check, Fault, Step } from './schema/run.ts';
import { showName } from './schema/object-checks.ts';
import { prepareSchema } from './schema/prepare-schema.ts';
import { inspectSchema } from './validate-schema.ts';

/** What a look at a value gave. `say` is for who sent the value, `place` names nothing of it and may be recorded. */
export type Checked =
  | { readonly kind: 'valid' }
  | { readonly kind: 'invalid'; readonly place: string; readonly say: string }
  | { readonly kind: 'unvalidated'; readonly say: string };

export interface ArgumentsCheck {
  check(value: JsonValue): Checked;
}

export interface CheckOptions {
  /**
   * Refuses what nothing declares: at the top always, further in wherever a schema lists its `properties` and does not speak of
   * `additionalProperties` or `unevaluatedProperties`. On by default; for results, which are the server's own, it should be off.
   */
  readonly strict?: boolean;
  /** Schemas applied, members looked at, characters matched: some 20 to 50 ns each. */
  readonly maxSteps?: number;
  /** What the value is called in sentences. */
  readonly root?: string;
}

const MAX_STEPS = 1_000_000;
const VALID: Checked = { kind: 'valid' };

/** A check for one schema. Costs nothing before the first value comes; a schema that cannot be used leaves every value unvalidated. */
export function createArgumentsCheck(schema: JsonValue, options: CheckOptions = {}): ArgumentsCheck {
  const { strict = true, maxSteps = MAX_STEPS, root = 'arguments' } = options;
  let prepared: Check | Checked | undefined;
  return {
    check: (value) => {
      prepared ??= prepare(schema, strict);
      if (typeof prepared !== 'function') return prepared;
      const run = createRun(maxSteps);
      const holds = prepared(value, run, undefined);
      if (run.spent) return { kind: 'unvalidated', say: `Checking the ${root} against the schema would take too long.` };
      return holds ? VALID : toChecked(run.fault ?? { steps: [], say: 'should be something else' }, root);
    },
  };
}

function prepare(schema: JsonValue, strict: boolean): Check | Checked {
  const inspected = inspectSchema(schema);
  if (inspected.ok) return prepareSchema(inspected.value, strict ? 'whole' : 'plain');
  return { kind: 'unvalidated', say: `The schema cannot be used: ${inspected.error.place} ${inspected.error.say}.` };
}

function toChecked({ steps, say }: Fault, root: string): Checked {
  return {
    kind: 'invalid',
    place: toPlace(steps.map((step) => (typeof step === 'object' ? '*' : step))).replace('["*"]', '.*'),
    say: `${toPlace([root, ...steps.map(shown)])} ${say}.`,
  };
}

function shown(step: Step): string | number {
  return typeof step === 'object' ? showName(step.undeclared) : step;
}
