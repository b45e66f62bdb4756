// Inspection of what servers say of themselves. What is certain (characters that nobody sees, sentences that order a model about, keys, what runs when it is shown)
// keeps a definition from being approved by first use, and is pointed at where a person reviews it. That nothing is found says nothing.

import { createEngine, DEFAULT_INSPECTION, lookInto, searchText } from '../inspection/index.ts';
import type { Engine, FindingClass, InspectionDocument, TextFinding } from '../inspection/index.ts';
import type { JsonValue } from '../mcp/index.ts';
import { hintsIn, showSpan, textsOf } from '../tools/index.ts';
import type { DefinitionHint } from '../tools/index.ts';

/** What stands out in a definition: for a reader, or because inspection is certain of it. */
export interface FoundHint extends Omit<DefinitionHint, 'kind'> {
  readonly kind: DefinitionHint['kind'] | 'secret' | 'active-content';
  /** The type of finding that keeps the definition from being approved by first use; null: it is for the reader. */
  readonly finding: string | null;
}

export interface DefinitionInspection {
  /** Whether nothing but a person may approve it. `text`: JSON. */
  isDoubtful(text: string): boolean;
  /** Everything that stands out, what is certain in front. */
  hints(definition: JsonValue): readonly FoundHint[];
}

/** Classes of which a definition holds nothing, if it is honest. */
const KINDS: Readonly<Partial<Record<FindingClass, FoundHint['kind']>>> = {
  hidden: 'hidden-characters',
  directive: 'orders',
  active: 'active-content',
  secret: 'secret',
  payment: 'secret',
  canary: 'secret',
};
/** The type of finding that is about a tool's own praise. */
const PREFERS = 'prefers-itself';
/** More than this nobody reads of one definition. */
const MAX_HINTS = 20;

/** Looks with what is configured; `document` is that of the config in force. */
export function createDefinitionInspection(document: () => InspectionDocument | undefined): DefinitionInspection {
  let made: { readonly of: InspectionDocument; readonly engine: Engine | undefined } | undefined;
  const engineOf = (): Engine | undefined => {
    const of = document() ?? DEFAULT_INSPECTION;
    if (made?.of !== of) {
      const compiled = createEngine(of);
      made = { of, engine: compiled.ok ? compiled.value : undefined };
    }
    return made.engine;
  };
  return {
    isDoubtful: (text) => {
      const engine = engineOf();
      // Without an engine, or over its budget, nobody has looked: then a person has to.
      return engine === undefined || lookInto(engine, Buffer.from(text), 'definition').some(isCertain);
    },
    hints: (definition) => {
      const engine = engineOf();
      const found = engine === undefined ? [] : foundIn(engine, definition);
      const rest = hintsIn(definition)
        .filter((hint) => !found.some((one) => one.kind === hint.kind && one.place === hint.place && overlaps(one.span, hint.span)))
        .map((hint): FoundHint => ({ ...hint, finding: null }));
      return [...found.filter(({ finding }) => finding !== null), ...found.filter(({ finding }) => finding === null), ...rest].slice(
        0,
        MAX_HINTS,
      );
    },
  };
}

function foundIn(engine: Engine, definition: JsonValue): readonly FoundHint[] {
  const hints: FoundHint[] = [];
  for (const { place, text } of textsOf(definition)) {
    if (hints.length >= MAX_HINTS) break;
    for (const found of searchText(engine, text, 'definition')) {
      const kind = found.type === PREFERS ? PREFERS : KINDS[found.class];
      if (kind === undefined || (found.confidence === 'low' && !isCertain(found))) continue;
      const span = [found.start, found.end] as const;
      hints.push({ kind, place, span, text: showSpan(text, span), finding: isCertain(found) ? found.type : null });
    }
  }
  return hints;
}

/**
 * Letters of other alphabets in a word, and words in fancy dress, are only tagged where people write to each other. A definition that needs them is one that
 * somebody should read.
 */
function isCertain({ class: of, type, confidence }: Pick<TextFinding, 'class' | 'type' | 'confidence'>): boolean {
  // An icon is an image, and says so.
  if (of === 'unscanned') return type === 'over-budget' || type === 'failed';
  return of === 'hidden' || (confidence === 'high' && KINDS[of] !== undefined);
}

function overlaps([from, to]: readonly [number, number], [start, end]: readonly [number, number]): boolean {
  return from < end && start < to;
}
