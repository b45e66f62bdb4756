// What narrows the record: what is chosen often has its place, anything else is added by name.

import { useState } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { useSession } from '../../api/session.tsx';
import type { FilterMember, RecordFilter } from '../../records/filter.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Select } from '../../ui/Select.tsx';
import { Untrusted } from '../../ui/Text.tsx';
import { Toolbar } from '../../ui/Toolbar.tsx';

const TIMES = [
  { value: '', label: 'Any time' },
  { value: '15m', label: 'Last 15 minutes' },
  { value: '1h', label: 'Last hour' },
  { value: '24h', label: 'Last 24 hours' },
  { value: '7d', label: 'Last 7 days' },
  { value: '30d', label: 'Last 30 days' },
] as const;

const VERDICTS = [
  { value: '', label: 'Any verdict' },
  { value: 'allow', label: 'Allowed' },
  { value: 'ask', label: 'Asked' },
  { value: 'deny', label: 'Denied' },
  { value: 'given_up', label: 'Given up' },
] as const;

const KINDS = [
  { value: '', label: 'Everything' },
  { value: 'call', label: 'Calls' },
  { value: 'act', label: 'What operators did' },
  { value: 'approval', label: 'Approvals' },
  { value: 'lockdown', label: 'Lockdowns' },
  { value: 'refusals', label: 'Refused before sign-in' },
  { value: 'checkpoint', label: 'Checkpoints' },
  { value: 'log', label: 'Log' },
] as const;

const STATUSES = [
  { value: '', label: 'Any end' },
  { value: 'ok', label: 'Ended well' },
  { value: 'tool_error', label: 'Tool error' },
  { value: 'rpc_error', label: 'Server error' },
  { value: 'failed', label: 'Failed' },
  { value: 'refused', label: 'Refused' },
  { value: 'cancelled', label: 'Cancelled' },
  { value: 'unknown', label: 'Nobody knows' },
] as const;

const TYPED = [
  { value: 'agent', label: 'Agent' },
  { value: 'server', label: 'Server' },
  { value: 'tool', label: 'Tool' },
  { value: 'rule', label: 'Rule' },
  { value: 'finding', label: 'Detector' },
  { value: 'subject', label: 'Pseudonym' },
  { value: 'id', label: 'Id' },
] as const satisfies readonly { readonly value: FilterMember; readonly label: string }[];

type TypedMember = (typeof TYPED)[number]['value'];

/** Figures of these tell what one person did: they are for who may ask about a person. */
const OF_ONE_PERSON: ReadonlySet<TypedMember> = new Set(['agent', 'subject', 'id']);

/** What the filter is, and how it changes. */
export interface FilterBarProps {
  readonly filter: RecordFilter;
  readonly onChange: (change: Readonly<Record<string, string | undefined>>) => void;
  /** Only calls are counted: there is no kind to choose. */
  readonly isOfCalls?: boolean;
  /** What else can be done. */
  readonly children?: ReactNode;
}

/** The filter of a list of entries. */
export function FilterBar({ filter, onChange, isOfCalls = false, children }: FilterBarProps): ReactElement {
  const { from = '', verdict = '', kind = '', status = '' } = filter;
  const { mayUse } = useSession();
  const isOfMany = isOfCalls && !mayUse.includes('findSubject');
  const members = isOfMany ? TYPED.filter(({ value }) => !OF_ONE_PERSON.has(value)) : TYPED;
  const times = TIMES.some(({ value }) => value === from) ? TIMES : [...TIMES, { value: from, label: `Since ${from}` }];
  const kinds = KINDS.some(({ value }) => value === kind) ? KINDS : [...KINDS, { value: kind, label: kind }];
  return (
    <div className="filter">
      <Toolbar end={children}>
        <Select label="Time" layout="hidden" options={times} value={from} onChange={(chosen) => onChange({ from: chosen })} />
        {!isOfCalls && (
          <Select label="Kind" layout="hidden" options={kinds} value={kind} onChange={(chosen) => onChange({ kind: chosen })} />
        )}
        <Select
          label="Verdict"
          layout="hidden"
          options={VERDICTS}
          value={pick(VERDICTS, verdict)}
          onChange={(chosen) => onChange({ verdict: chosen })}
        />
        <Select
          label="End"
          layout="hidden"
          options={STATUSES}
          value={pick(STATUSES, status)}
          onChange={(chosen) => onChange({ status: chosen })}
        />
        <AddFilter members={members} onAdd={(member, text) => onChange({ [member]: text })} />
      </Toolbar>
      <Chips filter={filter} onChange={onChange} />
    </div>
  );
}

function pick<Value extends string>(options: readonly { readonly value: Value }[], text: string): Value {
  // Every list begins with what leaves all in.
  return options.find(({ value }) => value === text)?.value ?? ('' as Value);
}

interface AddFilterProps {
  readonly members: readonly (typeof TYPED)[number][];
  readonly onAdd: (member: TypedMember, text: string) => void;
}

function AddFilter({ members, onAdd }: AddFilterProps): ReactElement {
  const [chosen, setMember] = useState<TypedMember>('agent');
  const member = members.find(({ value }) => value === chosen)?.value ?? members[0]?.value ?? 'server';
  const [text, setText] = useState('');
  const label = TYPED.find(({ value }) => value === member)?.label ?? '';
  return (
    <form
      className="filter-add"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() === '') return;
        onAdd(member, text.trim());
        setText('');
      }}
    >
      <Select label="Member" layout="hidden" options={members} value={member} onChange={setMember} />
      <input
        className="input"
        aria-label={label}
        placeholder={`${label}, exactly`}
        value={text}
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
      />
      <Button type="submit" icon="filter" label="Add to the filter" />
    </form>
  );
}

function Chips({ filter, onChange }: Pick<FilterBarProps, 'filter' | 'onChange'>): ReactElement | null {
  const set = TYPED.flatMap(({ value, label }) => {
    const text = filter[value];
    return text === undefined ? [] : [{ member: value, label, text }];
  });
  if (set.length === 0) return null;
  return (
    <ul className="chips" aria-label="Filter">
      {set.map(({ member, label, text }) => (
        <li key={member} className="chip">
          <span className="faint">{label}</span> <Untrusted text={text} />
          <button type="button" aria-label={`Remove ${label} ${text}`} onClick={() => onChange({ [member]: undefined })}>
            <Icon name="close" size={12} />
          </button>
        </li>
      ))}
    </ul>
  );
}
