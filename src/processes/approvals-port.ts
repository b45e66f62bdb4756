// What people see of calls that wait for them, and who they are when they answer. Whoever may use the socket is the user that runs the gateway, or
// root, and is on record as that; whoever shows a key of their own, or is signed in, is known by that, with the groups that it has.

import { userInfo } from 'node:os';
import type { AdminProblem, ApprovalsPort, ApprovalView, Asking } from '../admin/index.ts';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { parseJson } from '../mcp/index.ts';
import type { Approver, ApproverFault } from '../policies/index.ts';
import { hiddenIn } from '../tools/index.ts';
import type { ApprovalAuthority, ApprovalEntry, DecideFault } from './approval-authority.ts';
import type { TellBackground } from './approval-background.ts';
import type { ApprovalsDesk } from './approvals-desk.ts';
import type { People } from './people.ts';

export interface ApprovalsPortOptions {
  readonly desk: ApprovalsDesk;
  readonly people: People;
  readonly background: TellBackground;
}

const STARTING: AdminProblem = { code: 'unavailable', detail: 'The gateway is starting; try again.' };
const NOBODY: AdminProblem = {
  code: 'approver_unknown',
  detail:
    "The key of who approves is not one of this gateway's, is revoked, or has expired. 'sallyport agents add NAME --group GROUP' makes one.",
};

/** Approvals, as the admin API has them. */
export function createApprovalsPort({ desk, people, background }: ApprovalsPortOptions): ApprovalsPort {
  const approverOf = async ({ key, signedIn }: Asking): Promise<Approver | undefined> => {
    if (key === undefined && signedIn === undefined) return { identity: `os:${userInfo().username}`, names: undefined, groups: [] };
    const person = await people.personOf({ key, signedIn });
    return person === undefined ? undefined : { identity: person.by, names: person.names, groups: person.groups };
  };
  const known = async <T>(use: (authority: ApprovalAuthority) => Promise<Result<T, AdminProblem>>): Promise<Result<T, AdminProblem>> =>
    desk.authority === undefined ? fail(STARTING) : use(desk.authority);

  return {
    list: (all) => known(async (authority) => ok((await authority.list(all)).map(toView))),
    read: (id) =>
      known(async (authority) => {
        const entry = await authority.read(id);
        if (entry === undefined) return fail({ code: 'approval_unknown', detail: `There is no approval ${id}; it may be over for long.` });
        const { record, content } = entry;
        const text = content === undefined ? null : toText(content);
        return ok({ ...toView(entry), ...(await background(record)), content: content ?? null, text });
      }),
    decide: (input, who) =>
      known(async () => {
        const by = await approverOf(who);
        if (by === undefined) return fail(NOBODY);
        const decided = await desk.decide(input.ids, input.decision, by);
        if (!decided.ok) return fail(toProblem(decided.error));
        return ok({ by: by.identity, decided: decided.value.map((record) => toView({ record, state: record.state, content: undefined })) });
      }),
  };
}

/** Strings keep the escapes of JSON, so that nothing in them begins a line of its own. */
function toText(content: string): string {
  const parsed = parseJson(Buffer.from(content));
  const text = parsed.ok ? JSON.stringify(parsed.value.value, undefined, 2) : JSON.stringify(content);
  let shown = '';
  let at = 0;
  for (const [from, to] of hiddenIn(text)) {
    shown += text.slice(at, from) + escapeUnits(text.slice(Math.max(at, from), to));
    at = Math.max(at, to);
  }
  return shown + text.slice(at);
}

function escapeUnits(text: string): string {
  return Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');
}

function toView({ record, state, content }: ApprovalEntry): ApprovalView {
  const { id, risk, agent, user, server, kind, name, rule, terms, decidedBy, usedBy } = record;
  return {
    id,
    state,
    risk,
    agent,
    user,
    server,
    kind,
    name,
    rule,
    approvers: terms.approvers.map((groups) => [...groups]),
    notRequester: terms.notRequester,
    createdAt: timeOf(record.createdAt),
    expiresAt: timeOf(record.expiresAt),
    decidedBy,
    decidedAt: record.decidedAt === null ? null : timeOf(record.decidedAt),
    usedBy,
    canBeShown: content !== undefined,
  };
}

function toProblem(fault: DecideFault): AdminProblem {
  switch (fault.kind) {
    case 'approval_unknown':
      return { code: 'approval_unknown', detail: `There is no approval ${fault.id}.` };
    case 'approval_over':
      return { code: 'approval_over', detail: `${fault.id} is ${fault.state ?? 'over'} and cannot be decided any more.` };
    case 'not_seen':
      return {
        code: 'approval_over',
        detail: `What ${fault.id} is about is not known any more, because the gateway was restarted. It can be approved as soon as its agent asks again, or be rejected.`,
      };
    case 'not_alike':
      return { code: 'approval_over', detail: `${fault.id} is of another agent or another tool. Decide about those apart.` };
    case 'one_by_one':
      return { code: 'approval_over', detail: `${fault.id} is of high risk: what cannot be undone is approved one by one.` };
    case 'too_many':
      return { code: 'approval_over', detail: 'These are more than can be approved at once. Look at some of them first.' };
    case 'not_allowed':
      return { code: 'approver_refused', detail: `${WHY[fault.fault]} (${fault.id})` };
    case 'unrecorded':
      return { code: 'unavailable', detail: 'The audit log takes nothing now, and nothing is approved that is not on record.' };
    case 'cooling_down':
      return {
        code: 'cooling_down',
        detail: `So many approvals in so short a time are not looked at any more. Another person may go on now, or this one from ${timeOf(fault.untilMs)} on.`,
      };
    default:
      return fault satisfies never;
  }
}

const WHY: Readonly<Record<ApproverFault, string>> = {
  'not-in-group':
    'The rule names groups of which the approver must be one. Sign in as somebody in them, or show their key: SALLYPORT_APPROVER_KEY, or --key-file.',
  'is-requester': 'The rule wants somebody else to approve than who asked.',
  'identity-needed':
    'The rule wants somebody else to approve than who asked, and who approves is not known. Show a key of your own: SALLYPORT_APPROVER_KEY, or --key-file.',
};

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
