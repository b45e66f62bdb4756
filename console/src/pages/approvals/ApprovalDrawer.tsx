// One call that waits, with all that its server would get.

import { useState } from 'react';
import type { ReactElement } from 'react';
import type { ApprovalView } from '../../api/contract.ts';
import { useApi } from '../../api/hooks.ts';
import { useRefusal } from '../../api/session.tsx';
import { paths } from '../../paths.ts';
import { Badge } from '../../ui/Badge.tsx';
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
      <ApprovalFacts approval={approval} />
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

function Head({ approval: { agent, user, server, name, kind, risk, state } }: { readonly approval: ApprovalView }): ReactElement {
  return (
    <div className="approval-head">
      <p>
        <strong>
          <Untrusted text={agent} />
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
        {server}
      </p>
      <Badge tone={risk === 'high' ? 'bad' : risk === 'medium' ? 'warn' : 'neutral'} hasDot>
        {risk} risk
      </Badge>
      {state !== 'pending' && <Badge>{state}</Badge>}
    </div>
  );
}

function ApprovalFacts({ approval }: { readonly approval: ApprovalView }): ReactElement {
  const { id, rule, approvers, notRequester, createdAt, expiresAt, decidedBy, decidedAt, usedBy } = approval;
  return (
    <section className="approval-part">
      <h3>Why it is asked, and who may answer</h3>
      <Facts
        facts={[
          ['Asked by rule', <code key="rule">{rule}</code>],
          [
            'Who may answer',
            approvers.length === 0 ? 'whoever may approve' : approvers.map((groups) => groups.join(' or ')).join(', and '),
          ],
          notRequester ? ['And not', 'whoever asked for it'] : undefined,
          ['Asked', <Time key="asked" at={createdAt} />],
          ['Void', <Time key="void" at={expiresAt} form="distance" />],
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
