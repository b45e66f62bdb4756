// Looks for what is wrong with the inspection of a config although every line by itself is well-formed: names of nothing, and lines that can do nothing.
// Never says what a canary is.

import { compileGlob, coversGlob, isGlob, nearest } from '../base/index.ts';
import { METHODS } from '../mcp/index.ts';
import { isEdit } from './actions.ts';
import { FINDING_CLASSES, UNSCANNED_REASONS } from './types.ts';
import type { ActionLine, FindingClass, InspectionDocument, Sought } from './types.ts';

/** What a document may refer to. */
export interface KnownToInspection {
  readonly servers: readonly string[];
  /** What is built in. */
  readonly builtIn: readonly Sought[];
  /** Everything that is looked for: what is built in and in use, the operator's own detectors, canaries. */
  readonly sought: readonly Sought[];
  /** Labels that some rule looks at; undefined: any may be. */
  readonly labels: readonly string[] | undefined;
}

/** Something wrong with, or doubtful about, a document. */
export interface InspectionProblem {
  readonly severity: 'error' | 'warning';
  /** Leads to the place inside the document. */
  readonly path: readonly (string | number)[];
  /** What is said about that place, without naming it. */
  readonly message: string;
  readonly fix?: string;
  /** For a name that exists nowhere: what was written, and what could have been. */
  readonly written?: string;
  readonly among?: readonly string[];
}

/** All problems, in the order of their kinds. */
export function checkInspection(document: InspectionDocument, known: KnownToInspection): readonly InspectionProblem[] {
  const { actions, without, reveal } = document;
  const purposes = actions.flatMap(({ purpose = [] }) => purpose);
  const types = known.sought.map(({ name }) => name);
  const builtIn = known.builtIn.map(({ name }) => name);
  return [
    ...checkDetectorNames(document),
    ...checkOwnTexts(document),
    ...actions.flatMap((line, i) => [
      ...checkNames(line.findings, ['actions', i, 'findings'], [...FINDING_CLASSES, ...UNSCANNED_REASONS, ...types], FINDING),
      ...checkNames(line.servers, ['actions', i, 'servers'], known.servers, SERVER),
      ...checkLabels(line, i, known.labels),
    ]),
    ...checkOrder(actions, known.sought),
    ...checkNames(without, ['without'], builtIn, BUILT_IN),
    ...reveal.flatMap(({ purpose, servers }, i) => [
      ...checkNames([purpose], ['reveal', i], purposes, PURPOSE).map((problem) => ({ ...problem, path: ['reveal', i, 'purpose'] })),
      ...checkNames(servers, ['reveal', i, 'servers'], known.servers, SERVER),
    ]),
  ];
}

interface Naming {
  /** Said of a name that is none. */
  readonly none: string;
  /** Said of a glob that matches none. */
  readonly unmatched: string;
  /** Where all are listed that there are more of than anybody reads in a line. */
  readonly list?: string;
}

const LIST = 'docs/reference/detectors.md lists them.';

const FINDING: Naming = { none: 'is neither a class nor a type of findings', unmatched: 'matches no type of findings', list: LIST };
const SERVER: Naming = { none: 'is not a server of this config', unmatched: 'matches no server' };
const BUILT_IN: Naming = { none: 'is no built-in detector', unmatched: 'matches no built-in detector', list: LIST };
const PURPOSE: Naming = { none: 'is a purpose that no line makes tokens for', unmatched: '' };

/** A name must be one. A glob may be meant for what is to come, so it is only doubtful. */
function checkNames(
  names: readonly string[],
  path: InspectionProblem['path'],
  among: readonly string[],
  { none, unmatched, list }: Naming,
): readonly InspectionProblem[] {
  return names.flatMap((name, j): readonly InspectionProblem[] => {
    const at = [...path, j];
    if (name === '*') return [];
    if (!isGlob(name)) {
      if (among.includes(name)) return [];
      const fix = list !== undefined && nearest(name, among) === undefined ? { fix: list } : {};
      return [{ severity: 'error', path: at, message: none, written: name, among, ...fix }];
    }
    return among.some(compileGlob(name)) ? [] : [{ severity: 'warning', path: at, message: unmatched }];
  });
}

/** A type with the name of a class, or of a reason, would be meant wherever that is. */
function checkDetectorNames({ detectors, canaries }: InspectionDocument): readonly InspectionProblem[] {
  const reserved: ReadonlySet<string> = new Set([...FINDING_CLASSES, ...UNSCANNED_REASONS]);
  const problem = (path: InspectionProblem['path']): InspectionProblem => ({
    severity: 'error',
    path,
    message: 'is a word of its own: a class of findings, or why something was not looked into',
    fix: 'Give it another name.',
  });
  return [
    ...detectors.flatMap(({ name }, i) => (reserved.has(name) ? [problem(['detectors', i, 'name'])] : [])),
    ...Object.keys(canaries).flatMap((name) => (reserved.has(name) ? [problem(['canaries', name])] : [])),
  ];
}

/** What the protocol says in every message: whoever looked for it would find it in all of them. */
const PROTOCOL = [
  ...METHODS.keys(),
  'jsonrpc 2.0 id method params result error code message data arguments content structuredContent isError resultType complete input_required inputRequests',
  'inputResponses requestState progressToken protocolVersion capabilities clientInfo clientCapabilities serverInfo instructions contents messages mimeType',
  'io.modelcontextprotocol/clientInfo io.modelcontextprotocol/clientCapabilities io.modelcontextprotocol/protocolVersion traceparent annotations',
]
  .join(' ')
  .toLowerCase();

function checkOwnTexts({ detectors, canaries }: InspectionDocument): readonly InspectionProblem[] {
  const isEverywhere = (text: string): boolean => PROTOCOL.includes(text.toLowerCase());
  const problem = (path: InspectionProblem['path'], fix: string): InspectionProblem => ({
    severity: 'error',
    path,
    message: 'is a word of the protocol itself, which stands in every message',
    fix,
  });
  return [
    ...Object.entries(canaries).flatMap(([name, value]) =>
      isEverywhere(value) ? [problem(['canaries', name], 'Plant another value.')] : [],
    ),
    ...detectors.flatMap(({ anchors, pattern }, i) =>
      anchors.kind === 'literals' && pattern === undefined && anchors.literals.some(isEverywhere)
        ? [problem(['detectors', i, 'literals'], 'Add a pattern that says more.')]
        : [],
    ),
  ];
}

function checkLabels({ taints = [] }: ActionLine, i: number, labels: readonly string[] | undefined): readonly InspectionProblem[] {
  if (labels === undefined) return [];
  return taints.flatMap((label, j): readonly InspectionProblem[] =>
    labels.includes(label)
      ? []
      : [
          {
            severity: 'warning',
            path: ['actions', i, 'taints', j],
            message: 'is a label that no rule looks at',
            ...(labels.length === 0 ? { fix: 'Write a rule with after: [it], or remove it.' } : { written: label, among: labels }),
          },
        ],
  );
}

/** Lines that never decide: what they are about is tagged anyway, or decided by lines above. */
function checkOrder(actions: readonly ActionLine[], sought: readonly Sought[]): readonly InspectionProblem[] {
  const types = actions.map((line) => typesOf(line, sought));
  return actions.flatMap((line, i): readonly InspectionProblem[] => {
    const own = types[i] ?? new Set();
    const path = ['actions', i];
    // Names of nothing are said elsewhere.
    if (own.size === 0)
      return namesOnlyUnsure(line, sought)
        ? [
            {
              severity: 'warning',
              path,
              message: 'never decides: the detectors of what it names are not sure, and what they find is only tagged',
              fix: 'Remove it.',
            },
          ]
        : [];
    const above = actions.findIndex((other, j) => j < i && covers(other, line) && own.isSubsetOf(types[j] ?? new Set()));
    return above < 0
      ? []
      : [
          {
            severity: 'warning',
            path,
            message: `never decides: line ${above + 1} is about all that it is about`,
            fix: `Remove it, or move it above line ${above + 1}.`,
          },
        ];
  });
}

/** Every type of findings that a line may decide about. */
function typesOf({ findings, action }: ActionLine, sought: readonly Sought[]): ReadonlySet<string> {
  const matchers = findings.map(compileGlob);
  const isNamed = (type: string, of: FindingClass): boolean => findings.includes(of) || matchers.some((matches) => matches(type));
  const sure = sought.filter(({ name, class: of, confidence }) => confidence !== 'low' && isNamed(name, of)).map(({ name }) => name);
  const reasons = isEdit(action) ? [] : UNSCANNED_REASONS.filter((reason) => isNamed(reason, 'unscanned'));
  return new Set([...sure, ...reasons]);
}

function namesOnlyUnsure({ findings }: ActionLine, sought: readonly Sought[]): boolean {
  return sought.some(({ name, class: of }) => findings.some((one) => one === of || compileGlob(one)(name)));
}

/** Whether one line is about every message that another one is about. */
function covers(wide: ActionLine, narrow: ActionLine): boolean {
  const coversAll = (outer: readonly string[], inner: readonly string[]): boolean =>
    inner.every((pattern) => outer.some((one) => coversGlob(one, pattern)));
  return (
    narrow.directions.every((direction) => wide.directions.includes(direction)) &&
    coversAll(wide.servers, narrow.servers) &&
    (wide.tools === undefined || (narrow.tools !== undefined && coversAll(wide.tools, narrow.tools)))
  );
}
