// One call that waits, with what is needed to answer it: all that its server would get, what the tool is, and the rule that asks with its reason.

import { useState } from 'react';
import type { ReactElement } from 'react';
import type { ApprovalView, ShownApproval } from '../../api/contract.ts';
import { useApi } from '../../api/hooks.ts';
import { useRefusal } from '../../api/session.tsx';
import { paths } from '../../paths.ts';
import { Badge, Badges } from '../../ui/Badge.tsx';
import { Button, Link } from '../../ui/Button.tsx';
import { Drawer } from '../../ui/Dialog.tsx';
import { Facts } from '../../ui/Panel.tsx';
import { ErrorState, Loading, Notice } from '../../ui/State.tsx';
import { Code, Time, Untrusted } from '../../ui/Text.tsx';
import { DecideDialog } from './DecideDialog.tsx';
import type { Decision } from './DecideDialog.tsx';

/** Opens where an id is given. */
export function ApprovalDrawer({ id, onClose }: { readonly id: string | undefined; readonly onClose: () => void }): ReactElement {
  const refusal = useRefusal('readApproval');
  return (
    <Drawer title="A call that needs a person" isOpen={id !== undefined} onClose={onClose}>
      {id === undefined ? null : refusal === undefined ? <Shown id={id} onClose={onClose} /> : <NotShown id={id} refusal={refusal} />}
    </Drawer>
  );
}

function Shown({ id, onClose }: { readonly id: string; readonly onClose: () => void }): ReactElement {
  const { data, error, refetch } = useApi('readApproval', { path: { approval: id } });
  const [asked, setAsked] = useState<Decision>();
  const refusal = useRefusal('decideApprovals');
  if (error !== null) return <ErrorState problem={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Loading lines={8} />;
  const approval = data.value;
  const isOpen = approval.state === 'pending';
  return (
    <div className="approval">
      <Head approval={approval} />
      {approval.text === null ? (
        <Notice tone="warn" title="Nobody can say what it is about">
          The gateway was restarted since, or the arguments are too large to be shown. It can only be rejected; its agent may ask again.
        </Notice>
      ) : (
        <section className="approval-part">
          <h3>All that {approval.server} would get</h3>
          <Code text={approval.text} label="Arguments" />
        </section>
      )}
      <Thing approval={approval} />
      <ApprovalFacts approval={approval} rule={approval.askingRule} />
      {isOpen && (
        <div className="approval-actions">
          <Button variant="danger" disabledReason={refusal} onPress={() => setAsked('reject')}>
            Reject
          </Button>
          <Button
            variant="primary"
            icon="check"
            disabledReason={refusal ?? (approval.canBeShown ? undefined : 'It is not known what the call is about.')}
            onPress={() => setAsked('approve')}
          >
            Approve
          </Button>
        </div>
      )}
      <DecideDialog
        decision={asked}
        approvals={[approval]}
        onClose={() => setAsked(undefined)}
        onDone={() => {
          setAsked(undefined);
          onClose();
        }}
      />
    </div>
  );
}

function NotShown({ id, refusal }: { readonly id: string; readonly refusal: string }): ReactElement {
  const { data } = useApi('listAllApprovals', {});
  const approval = data?.value.approvals.find((one) => one.id === id);
  return (
    <div className="approval">
      {approval !== undefined && <Head approval={approval} />}
      <Notice title="What the call says is only for who decides about it">{refusal}</Notice>
      {approval !== undefined && <ApprovalFacts approval={approval} />}
    </div>
  );
}

function Head({
  approval: { agent, user, server, name, kind, risk, state, expiresAt },
}: {
  readonly approval: ApprovalView;
}): ReactElement {
  return (
    <div className="approval-head">
      <p>
        <strong>
          <Link href={paths.agent(agent)}>
            <Untrusted text={agent} />
          </Link>
        </strong>
        {user !== null && (
          <>
            {' for '}
            <Untrusted text={user} />
          </>
        )}
        <span className="faint"> would use the {kind} </span>
        <strong>
          <Untrusted text={name} />
        </strong>
        <span className="faint"> of </span>
        <Link href={paths.server(server)}>{server}</Link>
      </p>
      <Badge tone={risk === 'high' ? 'bad' : risk === 'medium' ? 'warn' : 'neutral'} hasDot>
        {risk} risk
      </Badge>
      {state === 'pending' ? (
        <Badge tone="info">
          void <Time at={expiresAt} form="distance" />
        </Badge>
      ) : (
        <Badge>{state}</Badge>
      )}
    </div>
  );
}

/** What the call would use: in the words of its server, and what rules take it for. */
function Thing({ approval: { thing, server, kind, name } }: { readonly approval: ShownApproval }): ReactElement | null {
  if (thing === null || kind === 'resource') return null;
  const { title, description, facts, approvedBy, approvedAt, hasChanged } = thing;
  return (
    <section className="approval-part">
      <h3>
        What <Untrusted text={name} /> is
      </h3>
      {hasChanged && (
        <Notice tone="warn" title="It has changed since">
          What the server lists now, or what is approved of it, is not what the call was asked for: it would not pass as it is.
        </Notice>
      )}
      <blockquote className="approval-quote">
        {title !== null && (
          <strong>
            <Untrusted text={title} />
          </strong>
        )}
        {description === null ? (
          <span className="faint">The server does not say.</span>
        ) : (
          <p>
            <Untrusted text={description} multiline />
          </p>
        )}
        <footer>
          <span className="faint">as {server} describes it</span>
          <Link href={paths.definition({ server, kind, name })}>the whole definition</Link>
        </footer>
      </blockquote>
      <Facts
        facts={[
          facts === null
            ? undefined
            : [
                'Labels',
                facts.labels.length === 0 ? (
                  <span className="faint">none</span>
                ) : (
                  <Badges
                    max={facts.labels.length}
                    words={facts.labels.map((label) => (facts.guessed.includes(label) ? `${label} (guessed)` : label))}
                  />
                ),
              ],
          facts === null
            ? undefined
            : [
                'Class',
                <>
                  {facts.class} <span className="faint">{facts.classFrom === 'nothing' ? 'by default' : facts.classFrom}</span>
                </>,
              ],
          approvedBy === null
            ? undefined
            : [
                'Approved',
                <>
                  {approvedBy === 'first-use' ? 'as it was first seen' : `by ${approvedBy}`}{' '}
                  {approvedAt !== null && <Time at={approvedAt} />}
                </>,
              ],
        ]}
      />
    </section>
  );
}

/** `rule`: as it is in force; null: it asks about nothing any more, undefined: nobody may say. */
function ApprovalFacts({
  approval,
  rule: asking,
}: {
  readonly approval: ApprovalView;
  readonly rule?: ShownApproval['askingRule'];
}): ReactElement {
  const { id, rule, approvers, notRequester, createdAt, expiresAt, decidedBy, decidedAt, usedBy } = approval;
  return (
    <section className="approval-part">
      <h3>Why it is asked, and who may answer</h3>
      {typeof asking?.description === 'string' && <p className="approval-reason">{asking.description}</p>}
      <Facts
        facts={[
          [
            'Asked by rule',
            <>
              <code>{rule}</code> {asking === null && <Badge tone="warn">asks no more</Badge>}
            </>,
          ],
          asking?.when == null ? undefined : ['When', <code key="when">{asking.when}</code>],
          asking == null || asking.concerns === 'agents *' ? undefined : ['About', asking.concerns],
          [
            'Who may answer',
            approvers.length === 0 ? 'whoever may approve' : approvers.map((groups) => groups.join(' or ')).join(', and '),
          ],
          notRequester ? ['And not', 'whoever asked for it'] : undefined,
          ['Asked', <Time key="asked" at={createdAt} />],
          ['Void', <Time key="void" at={expiresAt} />],
          decidedBy === null
            ? undefined
            : [
                'Decided',
                <>
                  by {decidedBy} {decidedAt !== null && <Time at={decidedAt} />}
                </>,
              ],
          usedBy === null ? undefined : ['Used by', <Link href={paths.audit({ id: usedBy })}>{usedBy}</Link>],
          ['Id', <code key="id">{id}</code>],
        ]}
      />
    </section>
  );
}
