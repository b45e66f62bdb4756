// One entry of the record, whole: who, what, what was decided and by which rule, what was found, how long each part of the way took, and how anybody can
// check that the record says what was written then.

import './records.css';
import type { ReactElement, ReactNode } from 'react';
import type { RecordStory as Story, RecordView } from '../api/contract.ts';
import { Badge } from '../ui/Badge.tsx';
import { CommandLine } from '../ui/CommandLine.tsx';
import { Facts } from '../ui/Panel.tsx';
import { Notice } from '../ui/State.tsx';
import { Code, Time, Untrusted } from '../ui/Text.tsx';
import { showBytes } from '../ui/units.ts';
import { targetOf } from './filter.ts';
import { Findings } from './Findings.tsx';
import { Hops } from './Hops.tsx';
import { outcomeOf } from './outcome-words.ts';
import { Outcome } from './Outcome.tsx';
import { Proof } from './Proof.tsx';
import { whyOf } from './reasons.ts';

/** What the story is told with. */
export interface RecordStoryProps {
  readonly story: Story;
  /** Shows another entry that has to do with this one. */
  readonly onOpen: (record: RecordView) => void;
  /** Why whoever looks may not have the proof; undefined: they may. */
  readonly proofDenied: string | undefined;
}

/** The story of an entry. */
export function RecordStory({ story, onOpen, proofDenied }: RecordStoryProps): ReactElement {
  const { record, hops, rule, details, related, commands } = story;
  return (
    <div className="story">
      <Headline record={record} />
      <Why record={record} />
      {hops.length > 1 && (
        <Section title="The way it took">
          <Hops hops={hops} />
        </Section>
      )}
      {rule !== null && (
        <Section
          title={record.verdict === 'ask' ? 'The rule that wants a person asked' : 'The rule that decided'}
          aside={rule.isSame === false ? <Badge tone="warn">policy changed since</Badge> : null}
        >
          {rule.text === null ? (
            <p className="soft">
              <code>{rule.name}</code> is not in the policy any more.
            </p>
          ) : (
            <>
              <Code text={dedent(rule.text)} label={`Rule ${rule.name}`} />
              {rule.file !== null && (
                <p className="faint">
                  {rule.file}
                  {rule.line === null ? '' : `, line ${rule.line}`}
                </p>
              )}
            </>
          )}
        </Section>
      )}
      {record.findings.length > 0 && (
        <Section title="What was found in it">
          <Findings findings={record.findings} total={record.findingsTotal} />
        </Section>
      )}
      <Section title="Who and what">
        <Facts facts={factsOf(record)} />
      </Section>
      {Object.keys(details).length > 0 && (
        <Section title="Also on record">
          <Facts
            facts={Object.entries(details).map(([name, value]) => [
              DETAIL_WORDS[name] ?? name,
              <Untrusted key={name} text={String(value)} />,
            ])}
          />
        </Section>
      )}
      {related.length > 0 && (
        <Section title="Has to do with it">
          <ul className="story-related">
            {related.map((other) => (
              <li key={`${other.log} ${other.seq}`}>
                <button type="button" onClick={() => onOpen(other)}>
                  <Time at={other.time} form="clock" />
                  <Untrusted text={[other.kind, other.action, other.by].filter((part) => part !== null).join(' · ')} />
                  <Outcome record={other} />
                </button>
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section title="Record and proof">
        <Proof story={story} denied={proofDenied} />
      </Section>
      <Section title="The same in a terminal">
        {commands.map(({ says, command }) => (
          <div key={command} className="story-command">
            <span className="faint">{says}</span>
            <CommandLine command={command} label={says} />
          </div>
        ))}
      </Section>
    </div>
  );
}

/** Why it went as it did, in a sentence; the code beside it is what one searches for. */
function Why({ record }: { readonly record: RecordView }): ReactElement | null {
  const why = whyOf(record);
  if (why === undefined) return null;
  const [, tone] = outcomeOf(record);
  return (
    <Notice tone={tone === 'bad' ? 'bad' : 'neutral'} title="Why">
      <Untrusted text={why.says} />
      {why.code === undefined ? null : (
        <>
          {' '}
          <code>
            <Untrusted text={why.code} />
          </code>
        </>
      )}
    </Notice>
  );
}

function Headline({ record }: { readonly record: RecordView }): ReactElement {
  const { agent, user, by, server, kind } = record;
  return (
    <div className="story-headline">
      <Outcome record={record} />
      <p>
        <strong>
          <Untrusted text={(kind === 'call' ? agent : by) ?? agent ?? 'Somebody'} />
        </strong>
        {user !== null && (
          <>
            {' for '}
            <Untrusted text={user} />
          </>
        )}
        <span className="faint"> → </span>
        {server !== null && (
          <>
            <Untrusted text={server} />
            <span className="faint"> / </span>
          </>
        )}
        <strong>
          <Untrusted text={targetOf(record)} />
        </strong>
      </p>
      <Time at={record.time} />
      {record.isWithheld && <Badge>names withheld</Badge>}
    </div>
  );
}

function Section({
  title,
  aside,
  children,
}: {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <section className="story-section">
      <h3>
        {title} {aside}
      </h3>
      {children}
    </section>
  );
}

/** What members of a record are called. */
const DETAIL_WORDS: Readonly<Record<string, string>> = {
  fingerprint: 'Definition',
  snapshot: 'Config revision',
  args: 'Arguments, committed',
  result: 'Answer, committed',
  labels: 'Labels',
  class: 'Class',
};

/** Lines without the indentation that they have in their file. */
function dedent(text: string): string {
  const lines = text.split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const least = Math.min(...indents);
  return lines.map((line) => line.slice(least)).join('\n');
}

type Fact = readonly [name: string, value: ReactNode];

/** What the record has of it; what it does not have is left out. */
function factsOf(record: RecordView): readonly Fact[] {
  const text = (name: string, value: string | null): readonly Fact[] =>
    value === null ? [] : [[name, <Untrusted key={name} text={value} />]];
  const bytes = (name: string, value: number | null): readonly Fact[] => (value === null ? [] : [[name, showBytes(value)]]);
  return [
    ...text('Agent', record.agent),
    ...text('On behalf of', record.user),
    ...text('Pseudonym', record.subject),
    ...text('Key', record.key),
    ...text('Done by', record.by),
    ...text('Action', record.action),
    ...text('Target', record.target),
    ...text('Listener', record.listener),
    ...text('Server', record.server),
    ...text('Method', record.method),
    ...text('Tool', record.tool),
    ...text('Prompt', record.prompt),
    ...text('Resource', record.resource),
    ...text('Revision', [record.revision, record.era].filter((part) => part !== null).join(', ') || null),
    ...text('Limit', record.limit),
    ...text('Approval', record.approval),
    ...text('Code', record.code),
    ...bytes('Request', record.requestBytes),
    ...bytes('Answer', record.answerBytes),
    ...text('Id', record.id),
  ];
}
