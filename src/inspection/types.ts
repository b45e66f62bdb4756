// The shapes of inspection: what looks for something (detectors, which are data), what is looked at, what was found, and what was not looked into.
// Nothing in here ever holds a value that was found: a finding is a type, a place and a count.

/**
 * What a finding is about. `secret`: what grants access. `payment`: card numbers and what verifies them. `personal`: what names or reaches a person.
 * `hidden`: characters nobody sees, or that change what a terminal shows. `directive`: text that gives orders to a model. `active`: what is run, or fetched,
 * by showing it. `target`: an address that a server should not be sent to. `canary`: a value that an operator planted. `custom`: an operator's
 * detector without a class of these. `unscanned`: something was not looked into; the type says why.
 */
export const FINDING_CLASSES = [
  'secret',
  'payment',
  'personal',
  'hidden',
  'directive',
  'active',
  'target',
  'canary',
  'custom',
  'unscanned',
] as const;
export type FindingClass = (typeof FINDING_CLASSES)[number];

/** Why something was not looked into. They are types of findings of the class `unscanned`. */
export const UNSCANNED_REASONS = [
  /** Looking would have cost more than the budget of the whole message: it was made to be expensive, or the wait was too long. */
  'over-budget',
  /** One text of it was not looked under: codes in codes in codes, or compressed bytes that stand for too many others. */
  'too-deep',
  /** It says it is text, data or a compressed layer, and is not. */
  'unparsable',
  /** An image, a sound, or other bytes that are no text. */
  'binary',
  /** Ciphertext, by its marks. */
  'encrypted',
  /** A detector, or the process it runs in, failed. */
  'failed',
] as const;
export type UnscannedReason = (typeof UNSCANNED_REASONS)[number];

/** What kind of message is looked at: detectors may be for some of them only. `question`: a server asks the user or the model of an agent. */
export type Surface = 'request' | 'answer' | 'question' | 'definition';

/** The alphabets of which a run of characters makes it worth looking. */
export type RunKind =
  /** Decimal digits, with single spaces, dots or hyphens between them; `min` counts the digits. */
  | 'digits'
  /** Letters and digits of base64 and base64url. */
  | 'base64'
  | 'hex'
  /** Hexadecimal digits, dots and colons, as network addresses are written; `min` counts dots and colons. */
  | 'address'
  /** Characters beyond ASCII. */
  | 'wide';

/** Where looking begins. Without an anchor a pattern would have to be tried everywhere, so there is no detector without one. */
export type Anchors =
  /**
   * Texts of at least two bytes of ASCII, or one mark like `@`, compared without regard to case unless `exact`. Matched anywhere, also inside of words.
   */
  | { readonly kind: 'literals'; readonly literals: readonly string[]; readonly exact?: boolean }
  | { readonly kind: 'run'; readonly run: RunKind; readonly min: number }
  /**
   * The name of the member whose value the text is holds one of these, compared without regard to case: the pattern is tried once, at the beginning of the
   * value (`before` is 0). For what only its name gives away: a password has no form of its own.
   */
  | { readonly kind: 'name'; readonly literals: readonly string[] };

/** A name in the table of validators (validators/index.ts). */
export type ValidatorName = string;

/** One type of thing that is looked for. */
export interface Sought {
  /** The type of its findings: lowercase letters, digits and hyphens; unique. */
  readonly name: string;
  readonly class: Exclude<FindingClass, 'unscanned'>;
  /** How sure it is: what is `low` is tagged and nothing more, whatever is configured for its class. */
  readonly confidence: 'high' | 'medium' | 'low';
  /** Undefined: everywhere. */
  readonly surfaces?: readonly Surface[] | undefined;
}

/** What looks for one type of thing, as data. */
export interface Detector extends Sought {
  readonly anchors: Anchors;
  /**
   * RE2 syntax, looked for in the windows around anchors; windows of one detector that touch are one. What its group named `value`, or else the
   * whole, matches is a finding. It begins at most 1024 bytes behind the beginning of an anchor. When the validator refuses a match, looking goes on at the next word
   * inside of it. Undefined: the anchor itself is the finding.
   */
  readonly pattern?: string | undefined;
  /** Bytes in front of an anchor and behind it that the window holds; by default 64 and 256 (runs: 64), at most 256 and 8192. */
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  /** Says whether what matched is one. */
  readonly validator?: ValidatorName | undefined;
  /** What asking it costs. */
  readonly cost?: Cost | undefined;
  /** Finds it also where it is written otherwise: look-alike letters, characters nobody sees between, letters apart. By default only for `directive`. */
  readonly folded?: boolean | undefined;
}

/**
 * What one look costs, in steps, of which one is about a byte looked at once: at anything, and more for each character of the anchor or of what matched.
 * By default 60 and 1. Whoever is dearer says so, or else texts that are all anchors take longer than their budget.
 */
export interface Cost {
  readonly look: number;
  readonly character: number;
}

/** What a validator is told. Pure, and linear in the length of the match. */
export interface Candidate {
  /** What matched. */
  readonly value: string;
  /** The window that it was found in, and where it stands there. */
  readonly window: string;
  readonly at: number;
  /** Name of the member whose value the text is; empty where there is none. */
  readonly key: string;
  readonly surface: Surface;
}

/** Where a finding is: offsets into the window, the end behind the last character. It holds at least a character of what matched. */
export interface Part {
  readonly start: number;
  readonly end: number;
}

/**
 * Says whether what matched is one; or where they are, in their order: a run of digits may hold several numbers beside each other, or be the middle of
 * something with letters. So detectors of numbers need no pattern: a run that is no number costs some arithmetic, not a search.
 */
export type Validator = (candidate: Candidate) => boolean | readonly Part[];

/**
 * What looks at anchors and tells several types of things apart by one look: of the many numbers that people have, each detector by itself would look at
 * every run of digits there is. Pure, and linear in the length of the window.
 */
export interface Reader {
  /** What it finds; `emit` takes the index into this list. */
  readonly finds: readonly Sought[];
  readonly anchors: Exclude<Anchors, { readonly kind: 'name' }>;
  readonly before: number;
  readonly after: number;
  readonly cost?: Cost | undefined;
  /** Makes what says by a glance that an anchor is nothing: most numbers are sums, times and counts, for which no window has to be opened. */
  readonly glance?: (() => Glance) | undefined;
  /** Reads also what is written otherwise: digits of other widths and styles, spaces of other kinds, characters nobody sees between. */
  readonly folded?: boolean | undefined;
  /** Emits parts of the window, in any order; each holds at least a character of the anchor. */
  readonly read: (candidate: Candidate, emit: (find: number, part: Part) => void) => void;
}

/** Glances at the anchors in one text after the other. What it skips, the reader would find nothing in. */
export interface Glance {
  /** A text, [begin, end) of the bytes, and the name of the member whose value it is. */
  begin(bytes: Uint8Array, begin: number, end: number, key: string): void;
  /** Whether an anchor is nothing; anchors come in their order. */
  skips(start: number, end: number): boolean;
  /** The bytes may change from now on. */
  end(): void;
}

/** Bytes without which a sweep has nothing to do: beyond ASCII; control characters other than tab and line feed, and DEL. */
export type ByteKind = 'wide' | 'control';

/**
 * What looks by itself, byte by byte, for things that anchors and patterns cannot tell: characters by what they are and what stands around them. Pure, and
 * linear in the length of the passage.
 */
export interface Sweep {
  /** What it finds; `emit` takes the index into this list. */
  readonly finds: readonly Sought[];
  /** It is called only where one of these kinds of bytes occurs. */
  readonly needs: readonly ByteKind[];
  /** Emits what begins in [from, to), each at once, in any order; byte offsets into the passage, the end behind the last byte. */
  readonly run: (passage: Passage, emit: (find: number, start: number, end: number) => void) => void;
}

/** A text as it reads, however it was written: another text, and where each of its bytes comes from. */
export interface Folded {
  /** UTF-8. */
  readonly bytes: Uint8Array;
  /** For each byte: the offset in the bytes of the passage of the character that it stands for. Never falls. */
  readonly offsets: ArrayLike<number>;
  /** What findings in it have gone through. */
  readonly layers: readonly Layer[];
}

/** Makes the text of a passage readable, all of it, in each way that changes more than the case of ASCII letters. Pure, and linear. */
export type Fold = (passage: Passage) => readonly Folded[];

/** A way of writing one text as another, that was undone to find something. */
export type Layer = 'base64' | 'hex' | 'url' | 'gzip' | 'html' | 'folded' | 'joined' | 'rot13' | 'escaped';

/** One string, as it is looked at: no JSON any more. It may stand in the middle of a message, so that nothing has to be copied. */
export interface Passage {
  /** UTF-8, or nearly: lone surrogates come as U+FFFD. */
  readonly bytes: Uint8Array;
  /** The text is [begin, end) of the bytes. What stands outside is another's: it is no context, and no finding reaches into it. */
  readonly begin: number;
  readonly end: number;
  /**
   * What is looked at is [from, to); findings that begin elsewhere are another passage's. What stands around it is context: `lookBehindBytes` and
   * `maxMatchBytes` of the engine are enough. `from` and `to` stand between characters; where `from` is `begin`, the text begins there.
   */
  readonly from: number;
  readonly to: number;
  readonly key: string;
  readonly surface: Surface;
  /** It was written in letters that stand for bytes, or compressed: nobody is shown its characters, so none of them is hidden, and no terminal obeys them. */
  readonly isDecoded?: boolean;
  /** Some of its characters were written as others: whoever reads the text sees that they are there, and no terminal obeys them. */
  readonly isWritten?: boolean;
}

/** Something found in a passage: offsets into its `bytes`, the end behind the last byte. */
export interface Hit {
  /** Index into the engine's detectors. */
  readonly detector: number;
  readonly start: number;
  readonly end: number;
  readonly layers: readonly Layer[];
}

/** Detectors, compiled. Immutable to its users, and shared by everything that is looked at. */
export interface Engine {
  /** What is looked for: detectors, canaries, and what sweeps find. */
  readonly detectors: readonly Sought[];
  /** Further than this behind `to` nothing is looked at, and by itself no finding is longer, in bytes of a passage. */
  readonly maxMatchBytes: number;
  /** Further than this in front of `from` nothing is looked at. */
  readonly lookBehindBytes: number;
  /**
   * Everything in a passage, in the order of its beginning; overlapping hits of one class are one. It spends the budget: once that is below zero it
   * stops with what it has, and the rest is `over-budget`. Never throws: a detector that fails is counted in the budget. `noticed`: takes down what is
   * known of the text by then, so that whoever looks on need not ask again (sift.ts).
   */
  readonly search: (passage: Passage, budget: Budget, noticed?: Noticed) => readonly Hit[];
}

/** What a search has noticed of a text by the way. */
export interface Noticed {
  /** As sift.ts has them. */
  traits: number;
}

/** What may still be spent on one message, and what went wrong meanwhile. */
export interface Budget {
  /** In steps, of which one is about a byte looked at once. It only ever falls; below zero, something was not looked at. */
  left: number;
  /** Detectors, validators and sweeps that threw. Above zero, the message is `unscanned`/`failed`. */
  failures: number;
}

/** Something found in a message. Byte offsets into the message since its first byte. */
export interface Found {
  /** Name of the detector, or reason of what is unscanned. */
  readonly type: string;
  readonly class: FindingClass;
  readonly confidence: 'high' | 'medium' | 'low';
  /** `string`, `name`: inside the quotes of a value, or of a member's name. `number`: the whole number. `message`: nowhere in particular; no span. */
  readonly kind: 'string' | 'name' | 'number' | 'message';
  readonly start: number;
  readonly end: number;
  /** JSON path, like `$.params.arguments.text`; names that could be values are `*`. At most 200 characters. */
  readonly path: string;
  readonly layers: readonly Layer[];
}

/** How far looking has come. */
export interface Progress {
  /** Everything in front of this offset is decided: all that was found there has been said, here or before. */
  readonly decided: number;
  /** In the order of their beginnings, never overlapping within a kind of edit: each begins in front of `decided` and ends there. */
  readonly found: readonly Found[];
}

/** Looks into one message, in as many pieces as it comes. Any division into pieces gives the same findings. */
export interface Scan {
  push(chunk: Uint8Array): Progress;
  end(): Progress;
}

/** What is done about a finding, from the mildest to the strictest. `ask`: a person decides; of an answer, it is kept back until one has. */
export const ACTIONS = ['tag', 'redact', 'tokenise', 'ask', 'deny'] as const;
export type Action = (typeof ACTIONS)[number];

/** Which way a message goes: `requests` to a server, `answers` to an agent (notifications and questions of servers among them). */
export type Direction = 'requests' | 'answers';

/** One line of what is done about findings. Lists hold globs. The first line that fits decides; the defaults come last (actions.ts). */
export interface ActionLine {
  /** Classes, or types by name or glob. */
  readonly findings: readonly string[];
  readonly directions: readonly Direction[];
  readonly servers: readonly string[];
  /** Undefined: everything of the server. Otherwise calls of these tools. */
  readonly tools?: readonly string[] | undefined;
  readonly action: Action;
  /** Labels that the task has used from then on, for rules with `after`. */
  readonly taints?: readonly string[] | undefined;
  /** With `tokenise`: values become the same tokens only within the same purpose. */
  readonly purpose?: string | undefined;
}

/** Inspection, as configured. Plain JSON. */
export interface InspectionDocument {
  readonly actions: readonly ActionLine[];
  /** An operator's own. */
  readonly detectors: readonly Detector[];
  /** Values that were planted, by name: whoever sends one has read what nobody should. */
  readonly canaries: Readonly<Record<string, string>>;
  /** Names and globs of built-in detectors that are not used. */
  readonly without: readonly string[];
  /** Where tokens of a purpose are turned back into their values: on the way to these servers. */
  readonly reveal: readonly {
    readonly purpose: string;
    readonly servers: readonly string[];
    readonly tools?: readonly string[] | undefined;
  }[];
}
