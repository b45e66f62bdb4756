// Beside the text: what is wrong with it, whether its cases hold, and its rules with how often each decided.

import { useMemo, useState } from 'react';
import type { ReactElement } from 'react';
import type { CheckedPolicy, PolicyProblemView, PolicyRuleView, PolicyView } from '../../api/contract.ts';
import { Badge } from '../../ui/Badge.tsx';
import { SearchField } from '../../ui/Field.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Table } from '../../ui/Table.tsx';
import type { Column } from '../../ui/Table.tsx';
import { sayProblem } from '../problem-text.ts';
import { showShort } from '../../ui/units.ts';

const EFFECT_TONES = { allow: 'good', ask: 'warn', deny: 'bad' } as const;

/** What the side shows, and what happens when a line is chosen. */
export interface PolicySideProps {
  readonly policy: PolicyView;
  /** What is written now. */
  readonly text: string;
  readonly problems: readonly PolicyProblemView[];
  readonly checked: CheckedPolicy | undefined;
  readonly onGo: (line: number) => void;
}

/** Problems, cases and rules. */
export function PolicySide({ policy, text, problems, checked, onGo }: PolicySideProps): ReactElement {
  return (
    <aside className="policy-side">
      {problems.length > 0 && (
        <Panel title={problems.some(({ severity }) => severity === 'error') ? 'Cannot be put in force' : 'Doubtful'}>
          <ul className="policy-problems">
            {problems.map((problem, at) => (
              <li key={at}>
                <button
                  type="button"
                  disabled={problem.textLine === null}
                  onClick={() => problem.textLine !== null && onGo(problem.textLine)}
                >
                  <Badge tone={problem.severity === 'error' ? 'bad' : 'warn'}>
                    {problem.textLine === null ? `${problem.file}:${problem.line}` : `line ${problem.textLine}`}
                  </Badge>
                  <span>
                    {problem.path !== '' && <code>{problem.path}</code>} {sayProblem(problem)}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </Panel>
      )}
      <Cases policy={policy} checked={checked} />
      <Rules policy={policy} text={text} checked={checked} onGo={onGo} />
    </aside>
  );
}

function Cases({ policy, checked }: Pick<PolicySideProps, 'policy' | 'checked'>): ReactElement {
  const tested = checked?.cases;
  const count = tested?.count ?? policy.cases.count;
  const failures = tested?.failures ?? [];
  return (
    <Panel
      title="Cases"
      actions={
        tested === undefined || tested === null ? null : failures.length === 0 ? (
          <Badge tone="good">{count === 0 ? 'none' : `${count} hold`}</Badge>
        ) : (
          <Badge tone="bad">{failures.length} do not hold</Badge>
        )
      }
    >
      {count === 0 ? (
        <p className="soft">
          What must always hold can be written down: name files under <code>cases:</code>, and a policy that breaks one is refused.
        </p>
      ) : (
        <p className="soft">
          {count === 1 ? '1 case' : `${count} cases`} in{' '}
          {policy.cases.files.length === 1 ? policy.cases.files[0] : `${policy.cases.files.length} files`}.
        </p>
      )}
      <ul className="policy-failures">
        {failures.map(({ file, line, text, message }) => (
          <li key={`${file}:${line}`}>
            <code>{text}</code>
            <span className="soft">
              {file}:{line}: {message}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Rules({ policy, text, checked, onGo }: Omit<PolicySideProps, 'problems'>): ReactElement {
  const [search, setSearch] = useState('');
  // What cannot be read has no rules: that is no reason to say that all are gone.
  const changed = checked === undefined || checked.outcome === 'refused' ? undefined : checked.rules;
  const changes = useMemo(() => new Map(changed?.map((rule) => [rule.name, rule])), [changed]);
  const wanted = search.toLowerCase();
  const rows = policy.rules.filter(({ name }) => name.toLowerCase().includes(wanted));
  const isSame = text === policy.text;
  const columns: readonly Column<PolicyRuleView>[] = [
    { id: 'effect', header: 'Effect', width: 72, cell: ({ effect }) => <Badge tone={EFFECT_TONES[effect]}>{effect}</Badge> },
    {
      id: 'name',
      header: 'Rule',
      width: { min: 120, share: 1 },
      cell: ({ name }) => (
        <span>
          <code>{name}</code>
          {changes.get(name) !== undefined && !isSame && <span className="policy-change"> {changes.get(name)?.change}</span>}
        </span>
      ),
    },
    {
      id: 'uses',
      header: 'Decided',
      width: 84,
      align: 'end',
      cell: ({ uses }) => <span className={uses === 0 ? 'faint' : ''}>{uses === null ? '–' : showShort(uses)}</span>,
    },
  ];
  return (
    <Panel
      flush
      title="Rules"
      description={policy.usesSince === null ? undefined : `Calls decided in ${toDays(policy.usesSince)} days`}
      actions={<SearchField label="Find a rule" value={search} onChange={setSearch} />}
    >
      <Table
        label="Rules"
        columns={columns}
        rows={rows}
        keyOf={({ name }) => name}
        rowHeight={34}
        onOpen={({ name, line }) => onGo(isSame ? line : (changes.get(name)?.line ?? findRule(text, name) ?? line))}
        empty={
          <p className="policy-none soft">
            {policy.rules.length === 0 ? 'No rule yet: everything is denied.' : 'No rule is called like that.'}
          </p>
        }
      />
    </Panel>
  );
}

const DAY_MS = 86_400_000;

function toDays(since: string): number {
  return Math.max(1, Math.round((Date.now() - Date.parse(since)) / DAY_MS));
}

/** The line of a rule in a text that was changed since its rules were read. */
function findRule(text: string, name: string): number | undefined {
  const at = text.split('\n').findIndex((line) => line.replace(/^[\s-]*name:\s*/, '').replaceAll(/^["']|["']$/g, '') === name);
  return at < 0 ? undefined : at + 1;
}
