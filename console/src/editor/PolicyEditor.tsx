// The editor as a component. The document is the editor's own while somebody writes; it is set from outside only where the page says so by `revision`.

import { useEffect, useImperativeHandle, useRef } from 'react';
import type { ReactElement, Ref } from 'react';
import { createEditor } from './create-editor.ts';
import type { CompletionSource, Editor, EditorProblem } from './create-editor.ts';

/** What a page may do to the editor. */
export interface EditorHandle {
  readonly goToLine: (line: number) => void;
}

/** What the editor shows and says. */
export interface PolicyEditorProps {
  readonly text: string;
  readonly label: string;
  readonly isReadOnly: boolean;
  readonly completion: CompletionSource | undefined;
  readonly onChange: (text: string) => void;
  readonly check: (text: string) => Promise<readonly EditorProblem[]>;
  readonly handle?: Ref<EditorHandle>;
}

/** Text of a policy, with its problems at their lines. */
export function PolicyEditor(props: PolicyEditorProps): ReactElement {
  const { text, label, isReadOnly, completion, handle } = props;
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor>(undefined);
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });

  useEffect(() => {
    if (host.current === null) return undefined;
    const { text: first, isReadOnly: isLocked } = latest.current;
    const created = createEditor(host.current, {
      text: first,
      label,
      isReadOnly: isLocked,
      onChange: (changed) => latest.current.onChange(changed),
      check: (changed) => latest.current.check(changed),
    });
    editor.current = created;
    return () => created.close();
  }, [label]);

  useEffect(() => editor.current?.setText(text), [text]);
  useEffect(() => editor.current?.setReadOnly(isReadOnly), [isReadOnly]);
  useEffect(() => editor.current?.setCompletion(completion), [completion]);
  useImperativeHandle(handle, () => ({ goToLine: (line) => editor.current?.goToLine(line) }), []);

  return <div ref={host} className="policy-editor" />;
}
