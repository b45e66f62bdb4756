// Names stand on record, because rules are about them; an agent chooses which it asks for, and may put a secret or a card number there. What nobody has
// approved under that name is looked into before it is written down.

import type { FindingClass, Found } from '../../inspection/index.ts';
import type { Call } from '../exchange.ts';

/** What is never written, wherever it stands (PCI DSS 3.3.1 for what verifies cards). */
const UNWRITTEN: ReadonlySet<FindingClass> = new Set(['secret', 'payment', 'canary']);
const NAME_PATHS: ReadonlySet<string> = new Set(['$.params.name', '$.params.uri', '$.params.ref.name', '$.params.ref.uri']);

/** The type of what the name of a request holds and must not be written down; undefined: nothing. */
export function unwritableIn(found: readonly Found[]): string | undefined {
  return found.find((one) => UNWRITTEN.has(one.class) && NAME_PATHS.has(one.path))?.type;
}

/** The name of what a call is about, as it is written down; undefined where it is about its server. */
export function recordedName(call: Call): string | undefined {
  const { question, inspecting, requestFindings, unwritable } = call;
  const { subject } = question;
  if (subject.kind === 'server') return undefined;
  // Where nobody has looked, or not to the end, the name is looked at by itself.
  const isKnown = requestFindings !== undefined && requestFindings.unscanned === undefined;
  const type = isKnown ? unwritable : looked(subject.name, inspecting);
  return type === undefined ? subject.name : `[redacted:${type}]`;
}

function looked(name: string, { inspector }: Pick<Call['inspecting'], 'inspector'>): string | undefined {
  return inspector.lookNow(Buffer.from(JSON.stringify(name)), 'request').find((one) => UNWRITTEN.has(one.class))?.type;
}
