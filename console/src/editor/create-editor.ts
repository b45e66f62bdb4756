// The editor of policies: CodeMirror with YAML, problems at their lines, and completion. It lives in a shadow root, because only there CodeMirror sets its
// styles by adopted style sheets; in the page itself it would need a style element, which the page's content policy forbids.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, startCompletion } from '@codemirror/autocomplete';
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { forceLinting, lintGutter, lintKeymap, linter, setDiagnostics } from '@codemirror/lint';
import type { Diagnostic } from '@codemirror/lint';
import { Annotation, Compartment, EditorState } from '@codemirror/state';
import type { Text } from '@codemirror/state';
import {
  EditorView,
  drawSelection,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { suggestAt } from './policy-completion.ts';
import type { KnownNames, SchemaNode, Suggestion } from './policy-completion.ts';
import { EDITOR_THEME, HIGHLIGHT } from './editor-theme.ts';
import { placeAt } from './yaml-place.ts';

/** Something wrong with a line of the document. */
export interface EditorProblem {
  readonly severity: 'error' | 'warning';
  /** From 1 on, in the text that is edited. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** What completion goes by. */
export interface CompletionSource {
  readonly schema: SchemaNode;
  readonly known: KnownNames;
}

/** What an editor is made with. */
export interface EditorOptions {
  readonly text: string;
  /** What the editor is called, for those who do not see it. */
  readonly label: string;
  readonly isReadOnly: boolean;
  readonly onChange: (text: string) => void;
  /** Looks for problems in what was written, some moments after the last change. */
  readonly check: (text: string) => Promise<readonly EditorProblem[]>;
}

/** An editor on the page. */
export interface Editor {
  readonly setText: (text: string) => void;
  readonly setReadOnly: (isReadOnly: boolean) => void;
  readonly setCompletion: (source: CompletionSource | undefined) => void;
  /** Shows problems that were found without being asked for here. */
  readonly setProblems: (problems: readonly EditorProblem[]) => void;
  readonly goToLine: (line: number) => void;
  readonly close: () => void;
}

const CHECK_DELAY_MS = 400;
/** Marks a text that was set from outside: nobody has written it. */
const fromOutside = Annotation.define<boolean>();

/** Puts an editor into an element. */
export function createEditor(host: HTMLElement, options: EditorOptions): Editor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const readOnly = new Compartment();
  let completion: CompletionSource | undefined;
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        lineNumbers(),
        foldGutter(),
        lintGutter(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        highlightSpecialChars(),
        drawSelection(),
        history(),
        indentOnInput(),
        indentUnit.of('  '),
        bracketMatching(),
        closeBrackets(),
        yaml(),
        syntaxHighlighting(HIGHLIGHT),
        EDITOR_THEME,
        autocompletion({ override: [(context) => complete(context, completion)], icons: false }),
        linter(async ({ state }) => toDiagnostics(state.doc, await options.check(state.doc.toString())), { delay: CHECK_DELAY_MS }),
        // Tab is not taken: it leaves the editor, as everywhere. Lines are moved in and out with Ctrl-] and Ctrl-[.
        keymap.of([...closeBracketsKeymap, ...completionKeymap, ...defaultKeymap, ...historyKeymap, ...foldKeymap, ...lintKeymap]),
        EditorView.contentAttributes.of({ 'aria-label': options.label, tabindex: '0' }),
        EditorView.updateListener.of(({ docChanged, state, transactions }) => {
          if (docChanged && !transactions.every((one) => one.annotation(fromOutside) === true)) options.onChange(state.doc.toString());
        }),
        readOnly.of(EditorState.readOnly.of(options.isReadOnly)),
      ],
    }),
  });
  return {
    setText: (text) => {
      const change = changeBetween(view.state.doc.toString(), text);
      if (change !== undefined) view.dispatch({ changes: change, annotations: fromOutside.of(true) });
    },
    setReadOnly: (isReadOnly) => view.dispatch({ effects: readOnly.reconfigure(EditorState.readOnly.of(isReadOnly)) }),
    setCompletion: (source) => {
      completion = source;
      forceLinting(view);
    },
    setProblems: (problems) => view.dispatch(setDiagnostics(view.state, toDiagnostics(view.state.doc, problems))),
    goToLine: (line) => {
      const { from } = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
      view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) });
      view.focus();
    },
    close: () => view.destroy(),
  };
}

/** What makes one text the other: only what differs, so that whoever reads stays where they are. */
function changeBetween(old: string, now: string): { readonly from: number; readonly to: number; readonly insert: string } | undefined {
  if (old === now) return undefined;
  const most = Math.min(old.length, now.length);
  let head = 0;
  while (head < most && old[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < most - head && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail += 1;
  return { from: head, to: old.length - tail, insert: now.slice(head, now.length - tail) };
}

function toDiagnostics(text: Text, problems: readonly EditorProblem[]): Diagnostic[] {
  return problems.map(({ severity, line: number, column, message }) => {
    const line = text.line(Math.min(Math.max(number, 1), text.lines));
    const indent = line.text.length - line.text.trimStart().length;
    const from = Math.min(line.from + Math.max(column - 1, indent), line.to);
    // The rest of the line: what is wrong with it is said in words, and a mark of one character is overlooked.
    return { from, to: Math.max(from, line.to), severity, message };
  });
}

function complete(context: CompletionContext, source: CompletionSource | undefined): CompletionResult | null {
  if (source === undefined) return null;
  const place = placeAt(context.state.doc.toString(), context.pos);
  if (place === undefined || (place.word === '' && !context.explicit)) return null;
  const suggestions = suggestAt(place, source.schema, source.known);
  if (suggestions.length === 0) return null;
  return { from: context.pos - place.word.length, options: suggestions.map(toCompletion), validFor: /^[\w.*?/-]*$/ };
}

function toCompletion({ label, kind, detail, text }: Suggestion): Completion {
  const type = kind === 'member' ? 'property' : kind === 'name' ? 'variable' : 'enum';
  if (text === undefined) return kind === 'name' ? { label, type, detail } : { label, type, info: detail };
  return {
    label,
    type,
    info: detail,
    apply: (view, _, from, to) => {
      const closing = text.endsWith('[') ? ']' : '';
      view.dispatch({ changes: { from, to, insert: text + closing }, selection: { anchor: from + text.length } });
      startCompletion(view);
    },
  };
}
