// The policy as text. What is written is checked by the gateway a moment after each change, as saving would check it; nothing is in force before it is saved.

import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import { ask } from '../../api/client.ts';
import type { CheckedPolicy, PolicyView } from '../../api/contract.ts';
import { useApi } from '../../api/hooks.ts';
import { asProblem } from '../../api/problem.ts';
import { commands } from '../../commands.ts';
import type { EditorProblem } from '../../editor/create-editor.ts';
import { PolicyEditor } from '../../editor/PolicyEditor.tsx';
import type { EditorHandle } from '../../editor/PolicyEditor.tsx';
import { useRefusal } from '../../api/session.tsx';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { CommandLine } from '../../ui/CommandLine.tsx';
import { Notice } from '../../ui/State.tsx';
import { toCompletionSource } from './completion-source.ts';
import { keepDraft, useDraft } from './policy-draft.ts';
import { PolicySide } from './PolicySide.tsx';
import { SaveDialog } from './SaveDialog.tsx';
import { sayProblem } from '../problem-text.ts';
import { useAddress } from '../use-address.ts';

/** Said for a check; what is only checked is never on record. */
const CHECK_REASON = 'check';

/** The document, its problems and its rules. */
export function PolicyDocument({ policy, etag }: { readonly policy: PolicyView; readonly etag: string | undefined }): ReactElement {
  const draft = useDraft();
  const [, setAddress] = useAddress();
  const [checked, setChecked] = useState<CheckedPolicy>();
  const [fault, setFault] = useState<string>();
  const [isSaving, setSaving] = useState(false);
  const editor = useRef<EditorHandle>(null);
  const schema = useApi('readPolicySchema', {});
  const denied = useRefusal('writePolicy');
  const lockedBecause = denied ?? (policy.writable ? undefined : (policy.why ?? 'It cannot be changed from here.'));
  // What is written as it is saved is no draft any more: saved by now, or written back to what it was.
  useEffect(() => {
    if (draft !== undefined && (draft.text === policy.text || draft.savedAs === policy.tag)) keepDraft(undefined);
  }, [draft, policy.text, policy.tag]);
  const text = draft?.text ?? policy.text;
  const isChanged = text !== policy.text;
  const isOutdated = draft !== undefined && draft.etag !== etag;
  const completion = useMemo(() => (schema.data === undefined ? undefined : toCompletionSource(schema.data.value)), [schema.data]);

  const onChange = useCallback(
    (changed: string) => {
      const { savedAs: _, ...began } = draft ?? { etag, base: policy.text, restores: null };
      keepDraft({ ...began, text: changed });
    },
    [draft, etag, policy.text],
  );
  const check = useCallback(
    async (changed: string): Promise<readonly EditorProblem[]> => {
      if (lockedBecause !== undefined) return toEditorProblems(policy.problems);
      try {
        const { value } = await ask('writePolicy', { body: { text: changed, reason: CHECK_REASON }, dryRun: true });
        setChecked(value);
        setFault(undefined);
        return toEditorProblems(value.problems);
      } catch (error) {
        setChecked(undefined);
        setFault(asProblem(error).message);
        return [];
      }
    },
    [lockedBecause, policy.problems],
  );

  const problems = checked?.problems ?? policy.problems;
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  return (
    <div className="policy">
      {lockedBecause !== undefined && <Notice title="Read only">{lockedBecause}</Notice>}
      {fault !== undefined && (
        <Notice tone="warn" title="It could not be checked">
          {fault}
        </Notice>
      )}
      {isOutdated && isChanged && (
        <Notice
          tone="warn"
          title="The policy was changed since you began to write"
          action={
            <Button size="small" onPress={() => keepDraft({ ...draft, etag, base: policy.text })}>
              Go on with mine
            </Button>
          }
        >
          Saving shows what yours would change of what is there now.
        </Notice>
      )}
      <div className="policy-grid">
        <section className="panel policy-text" aria-label="Document">
          <div className="policy-bar">
            <code className="faint truncate">{describeSource(policy)}</code>
            {isChanged ? (
              <Badge tone="warn">not saved</Badge>
            ) : policy.inForce ? (
              <Badge tone="good">in force</Badge>
            ) : (
              <Badge tone="bad">not in force</Badge>
            )}
            {errors > 0 && <Badge tone="bad">{errors === 1 ? '1 mistake' : `${errors} mistakes`}</Badge>}
            <div className="actions">
              {isChanged && (
                <Button variant="quiet" size="small" onPress={() => keepDraft(undefined)}>
                  Discard
                </Button>
              )}
              <Button size="small" icon="refresh" onPress={() => setAddress({ view: 'replay' })}>
                Replay
              </Button>
              <Button
                variant="primary"
                size="small"
                disabledReason={lockedBecause ?? (isChanged ? undefined : 'Nothing was changed.')}
                onPress={() => setSaving(true)}
              >
                {policy.separation === 'two' ? 'Propose…' : 'Save…'}
              </Button>
            </div>
          </div>
          <PolicyEditor
            handle={editor}
            label="Policy"
            text={text}
            isReadOnly={lockedBecause !== undefined}
            completion={completion}
            onChange={onChange}
            check={check}
          />
        </section>
        <PolicySide policy={policy} text={text} problems={problems} checked={checked} onGo={(line) => editor.current?.goToLine(line)} />
      </div>
      <CommandLine command={commands.showPolicy()} label="The text in a terminal" />
      <SaveDialog
        isOpen={isSaving}
        onClose={() => setSaving(false)}
        policy={policy}
        etag={etag}
        text={text}
        restores={draft?.restores ?? null}
      />
    </div>
  );
}

function describeSource({ source: { kind, file } }: PolicyView): string {
  if (kind === 'none' || file === null) return 'not written yet';
  return kind === 'section' ? `policy: in ${file}` : file;
}

function toEditorProblems(problems: PolicyView['problems']): readonly EditorProblem[] {
  return problems.flatMap(({ severity, textLine, textColumn, message, fix }) =>
    textLine === null ? [] : [{ severity, line: textLine, column: textColumn ?? 1, message: sayProblem({ message, fix }) }],
  );
}
