// The steps of inspection: what a request holds is known before policy judges it, and what the operator wants done about that is done before anybody is
// asked or charged. Edits wait until it is admitted: rules and people judge what the agent sent.

import { countFindings, isEdit, withDuties } from '../../inspection/index.ts';
import type { ActionOf, FindingCounts, Found } from '../../inspection/index.ts';
import type { Obligations } from '../../policies/index.ts';
import { noteSeen } from '../inspection/answer-treatment.ts';
import { RULE, TERMS } from '../inspection/ask-answer.ts';
import { unwritableIn } from '../inspection/recorded-name.ts';
import { tokensIn } from '../inspection/rewrite.ts';
import { ofConcern } from '../inspection/concern.ts';
import { dutiesOf, noteFindings, treat } from '../inspection/treat.ts';
import type { Call, Ports } from '../exchange.ts';
import { LATER } from './types.ts';
import type { Admission, NotAdmitted, Step, Stepped } from './types.ts';

/** Where an edit means what the agent meant, with something left out. Elsewhere stands what the request is, and by which it was judged. */
const EDITABLE = ['$.params.arguments', '$.params.inputResponses', '$.result'];

const NOBODY = (): void => {};
const NONE: FindingCounts = Object.freeze({});

/** Finds out what is in a request. Of several servers asked as one, each share is looked into by itself. */
export const inspectRequest: Step = (admission, ports) => {
  const { call, bytes, isLater } = admission;
  // What a bridge makes of a request, or of an agent's answers, was looked into when the agent sent it.
  if (isLater) admission.findings = call.requestFindings ?? NONE;
  if (isLater || admission.found !== undefined || call.members !== undefined) return undefined;
  if (bytes.length === 0) admission.findings = NONE;
  if (bytes.length === 0) return undefined;
  let isInside = true;
  let isDone = false;
  const beganUs = ports.nowUs();
  ports.inspector.look(bytes, 'request', (all) => {
    call.times.requestInspectedUs += ports.nowUs() - beganUs;
    const found = ofConcern(all, call, 'request');
    isDone = true;
    admission.found = found;
    admission.findings = countFindings(found);
    call.requestFindings = admission.findings;
    call.unwritable = unwritableIn(found);
    if (!isInside) admission.proceed(undefined);
  });
  isInside = false;
  return isDone ? undefined : LATER;
};

/** Does what is to be done about what was found, by the lines of the config and what the rules oblige to that let the call through. */
export const actOnFindings: Step = (admission, ports) => {
  const { call, found = [], verdict, bytes, principal } = admission;
  if (found.length === 0 || verdict === undefined || verdict.kind === 'deny') return undefined;
  const { untouched, actionOf } = noteRequest(admission, verdict.obligations, ports);
  const treatment = treat(untouched, actionOf, { bytes, at: 0, tenant: principal.tenant, tokens: ports.tokens });
  admission.treatment = treatment;
  // What somebody tried to send, they have had: also where it goes no further.
  if (treatment.action === 'deny') noteSeen(call, treatment.taints, NOBODY);
  if (treatment.action === 'deny') return refused(call, treatment.decisive, 'may not be sent to this server');
  const misplaced = untouched.find((one) => isEdit(actionOf(one).action) && !isEditable(one));
  if (misplaced !== undefined) return refused(call, misplaced, 'may not be sent to this server, and stands where nothing can be left out');
  return treatment.action === 'ask' ? askAbout(admission, treatment.decisive) : undefined;
};

/** The same where policy denies the request: what somebody tried to send, they have had, also where it goes no further. */
export function noteDenied(admission: Admission, ports: Pick<Ports, 'tokens' | 'metrics'>): void {
  if (admission.found === undefined || admission.found.length === 0) return;
  const { untouched, actionOf } = noteRequest(admission, undefined, ports);
  noteSeen(
    admission.call,
    untouched.flatMap((one) => actionOf(one).taints ?? []),
    NOBODY,
  );
}

/** Puts what was found in a request on record. `obligations`: of the rules that let it through, if any did. */
function noteRequest(
  admission: Admission,
  obligations: Obligations | undefined,
  ports: Pick<Ports, 'tokens' | 'metrics'>,
): { readonly untouched: readonly Found[]; readonly actionOf: ActionOf } {
  const { call, found = [], snapshot } = admission;
  const { subject } = call.question;
  const tool = subject.kind === 'tool' ? subject.name : undefined;
  const lines = snapshot.inspection.actions.on(call.server.name, tool, 'requests');
  const actionOf = obligations === undefined ? lines : withDuties(lines, dutiesOf(obligations));
  const untouched = withoutTokens(found, admission, ports);
  // It may come by again, behind a wait.
  if (!admission.isNoted) {
    noteFindings(call, 'requests', untouched, actionOf);
    ports.metrics.findings('requests', untouched, actionOf);
  }
  admission.isNoted = true;
  return { untouched, actionOf };
}

/** A person decides, also where no rule asks. */
function askAbout(admission: Admission, decisive: Found | undefined): Stepped {
  const { verdict, call } = admission;
  if (verdict?.kind !== 'allow') return undefined;
  // Lists and the like tell the server something that nobody could be asked about.
  if (call.question.subject.kind === 'server') return refused(call, decisive, 'may not be sent to this server unless a person approves');
  admission.verdict = { kind: 'ask', rule: RULE, approval: TERMS, obligations: verdict.obligations };
  return undefined;
}

function isEditable({ path }: Found): boolean {
  return EDITABLE.some((prefix) => path.startsWith(prefix));
}

/** A token of ours is what a value became when it was taken out: it is no secret any more. */
function withoutTokens(
  found: readonly Found[],
  { bytes, snapshot, principal }: Admission,
  { tokens }: Pick<Ports, 'tokens'>,
): readonly Found[] {
  const { reveal } = snapshot.inspection.document;
  if (reveal.length === 0) return found;
  const own = tokensIn(
    bytes,
    tokens,
    reveal.map(({ purpose }) => ({ tenant: principal.tenant, purpose })),
  );
  if (own.length === 0) return found;
  // Wholly inside: what reaches beyond a token is more than the token, and what ends behind one was not looked into behind it.
  return found.filter(({ start, end, class: of }) => of === 'unscanned' || !own.some((token) => start >= token.start && end <= token.end));
}

function refused({ id, question: { subject } }: Call, found: Found | undefined, what: string): NotAdmitted {
  const thing = subject.kind === 'server' ? 'request' : subject.kind;
  const where = found === undefined ? '' : ` (${found.type} at ${found.path})`;
  const say =
    found?.class === 'unscanned'
      ? `The ${thing} was not used: it holds what could not be looked into${where}.`
      : `The ${thing} was not used: it holds something that ${what}${where}.`;
  return {
    verdict: 'deny',
    rule: undefined,
    reason: found?.class === 'unscanned' ? 'unscanned' : 'inspection',
    refused: { code: 'denied', say: `${say} Whoever runs the gateway can look it up: record ${id}.` },
  };
}
