// What another policy would have decided of what has happened: the one that is being written, or the one that is saved.

import { useState } from 'react';
import type { ReactElement } from 'react';
import type { ReplayView } from '../../api/contract.ts';
import { useAct, useApi } from '../../api/hooks.ts';
import { useRefusal } from '../../api/session.tsx';
import { JobProgress } from '../../jobs/JobProgress.tsx';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { CommandLine } from '../../ui/CommandLine.tsx';
import { commands } from '../../commands.ts';
import { Segmented } from '../../ui/Field.tsx';
import { Panel, Stat } from '../../ui/Panel.tsx';
import { EmptyState, ErrorState, Notice } from '../../ui/State.tsx';
import { Table } from '../../ui/Table.tsx';
import type { Column } from '../../ui/Table.tsx';
import { Time, Untrusted } from '../../ui/Text.tsx';
import { showCount, showShare } from '../../ui/units.ts';
import { useAddress } from '../use-address.ts';
import { useDraft } from './policy-draft.ts';

type Report = NonNullable<ReplayView['report']>;
type Group = Report['groups'][number];
type Decided = Group['was'];

const WINDOWS = [
  { value: '1h', label: 'Last hour' },
  { value: '24h', label: 'Since yesterday' },
  { value: '7d', label: '7 days' },
  { value: '30d', label: '30 days' },
] as const;
type Window = (typeof WINDOWS)[number]['value'];

const WINDOW_MS: Readonly<Record<Window, number>> = { '1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000, '30d': 2_592_000_000 };
const POLL_MS = 700;
const EFFECT_TONES = { allow: 'good', ask: 'warn', deny: 'bad' } as const;

/** Begins a replay, and shows what came of it. */
export function Replay(): ReactElement {
  const [address, setAddress] = useAddress();
  const [window, setWindow] = useState<Window>('24h');
  const draft = useDraft();
  const refusal = useRefusal('beginReplay');
  const begin = useAct('beginReplay', []);
  const job = address['job'];
  const replay = useApi(
    'readReplay',
    { path: { job: job ?? '' } },
    { enabled: job !== undefined, refetchInterval: (last) => (last !== undefined && last.job.state !== 'running' ? false : POLL_MS) },
  );
  const state = replay.data?.value.job.state;
  const isRunning = state === 'running';
  const onBegin = (): void =>
    begin.mutate(
      { body: { text: draft?.text ?? null, from: new Date(Date.now() - WINDOW_MS[window]).toISOString() } },
      { onSuccess: ({ value }) => setAddress({ job: value.id }) },
    );
  return (
    <div className="replay">
      <Panel
        title={draft === undefined ? 'Try the saved policy on what has happened' : 'Try what you have written on what has happened'}
        description="Decides anew what is on record. Nothing is called, and nothing changes."
        actions={
          <>
            <Segmented label="Decisions of" options={WINDOWS} value={window} onChange={setWindow} />
            <Button variant="primary" icon="play" disabledReason={refusal} isPending={begin.isPending || isRunning} onPress={onBegin}>
              Replay
            </Button>
          </>
        }
      >
        {begin.error !== null && (
          <Notice tone="bad" title={begin.error.title}>
            {begin.error.detail}
          </Notice>
        )}
        <CommandLine command={commands.replayPolicy(window)} />
      </Panel>
      {replay.error !== null && <ErrorState problem={replay.error} />}
      {job !== undefined && replay.data !== undefined && <JobProgress job={replay.data.value.job} />}
      {replay.data?.value.report != null && <Report report={replay.data.value.report} />}
      {job === undefined && (
        <EmptyState icon="refresh" title="Nothing was replayed yet">
          Choose a stretch of time. What the rules would decide otherwise is shown by agent and tool, the most frequent first.
        </EmptyState>
      )}
    </div>
  );
}

const COLUMNS: readonly Column<Group>[] = [
  {
    id: 'agent',
    header: 'Agent',
    width: { min: 110, share: 1 },
    cell: ({ agent }) => <span>{agent === '*' ? <span className="faint">all</span> : <Untrusted text={agent} />}</span>,
  },
  {
    id: 'what',
    header: 'Calls',
    width: { min: 180, share: 2 },
    cell: ({ server, kind, name }) => (
      <span>
        <span className="faint">{server} / </span>
        {name === null ? <span className="soft">{kind}</span> : <Untrusted text={name} />}
      </span>
    ),
  },
  { id: 'was', header: 'Was', width: { min: 150, share: 1 }, cell: ({ was }) => <Decision decided={was} /> },
  {
    id: 'now',
    header: 'Would be',
    width: { min: 150, share: 1 },
    cell: ({ now, rules }) =>
      now === null ? <span className="soft">nobody can say: {rules.join(', ')}</span> : <Decision decided={now} />,
  },
  { id: 'count', header: 'Times', width: 80, align: 'end', cell: ({ count }) => showCount(count) },
  { id: 'last', header: 'Last', width: 110, cell: ({ last }) => <Time at={last} form="distance" /> },
];

function Decision({ decided }: { readonly decided: Decided }): ReactElement {
  return (
    <>
      <Badge tone={EFFECT_TONES[decided.verdict]}>{decided.verdict}</Badge>
      <span className="faint">{decided.rule ?? 'no rule'}</span>
    </>
  );
}

function Report({ report }: { readonly report: Report }): ReactElement {
  const { decisions, same, changed, unsaid, groups, omitted, unknownAgents, leftOut } = report;
  const left = Object.values(leftOut).reduce((sum, count) => sum + count, 0);
  return (
    <>
      <div className="replay-stats">
        <Stat
          label="Decisions"
          value={showCount(decisions)}
          hint={left === 0 ? undefined : `${showCount(left)} of them say nothing of the policy`}
        />
        <Stat label="The same" value={showCount(same)} hint={showShare(same, decisions)} />
        <Stat label="Otherwise" value={showCount(changed)} hint={showShare(changed, decisions)} tone={changed > 0 ? 'warn' : 'neutral'} />
        <Stat label="Nobody can say" value={showCount(unsaid)} hint="They depend on what is not on record." />
      </div>
      {unknownAgents.length > 0 && (
        <Notice title="Agents that are not there any more">They are taken to be in no group: {unknownAgents.join(', ')}.</Notice>
      )}
      <Panel
        title="What would be decided otherwise"
        description="And what nobody can say, because a rule looks at what is not on record."
        flush
      >
        <Table
          label="What would be decided otherwise"
          columns={COLUMNS}
          rows={groups}
          keyOf={(group) =>
            [group.agent, group.server, group.kind, group.name, group.was.rule, group.now?.rule, group.rules.join()].join(' ')
          }
          empty={
            <EmptyState icon="good" title="Nothing">
              Every decision on record would be the same.
            </EmptyState>
          }
        />
      </Panel>
      {omitted > 0 && <p className="faint">{showCount(omitted)} more decisions are in groups that are not shown.</p>}
    </>
  );
}
