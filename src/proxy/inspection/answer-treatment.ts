// What is done about findings in whatever comes from a server: which lines hold for a call's answer, and what of it concerns others: record, metrics, taint.

import { withDuties } from '../../inspection/index.ts';
import type { ActionOf, Found, Surface } from '../../inspection/index.ts';
import type { Message } from '../../mcp/index.ts';
import type { Call, Ports } from '../exchange.ts';
import { taskOf } from '../task-of.ts';
import { NO_DUTIES, noteFindings, treat } from './treat.ts';
import type { Treatment } from './treat.ts';

/** What it takes to look into an answer. */
export type InspectingPorts = Pick<Ports, 'inspector' | 'tokens' | 'metrics' | 'taint' | 'log' | 'approvals' | 'nowMs' | 'nowUs'>;

/** What holds for what comes back on a call. */
export function answerActions({ arrival: { snapshot }, inbound, server, question: { subject }, duties }: Call): ActionOf {
  const { actions } = snapshot.inspection;
  const tool = subject.kind === 'tool' ? subject.name : undefined;
  // On a stream of a session may come the answer to any call.
  const lines = inbound.kind === 'stream' ? actions.onAny(server.name, 'answers') : actions.on(server.name, tool, 'answers');
  return withDuties(lines, duties ?? NO_DUTIES);
}

/** Findings in bytes of an answer that begin at `at`: counted, and what is to be done. */
export function treatAnswer(call: Call, found: readonly Found[], bytes: Uint8Array, at = 0): Treatment {
  const { metrics, tokens } = call.inspecting;
  const actionOf = answerActions(call);
  noteFindings(call, 'answers', found, actionOf);
  metrics.findings('answers', found, actionOf);
  return treat(found, actionOf, { bytes, at, tenant: call.arrival.principal.tenant, tokens });
}

/** What kind of text a server's message is to whoever reads it. */
export function surfaceOf(message: Message): Surface {
  if (message.kind === 'request') return 'question';
  const { result } = message.kind === 'result' ? message : { result: undefined };
  const asks = typeof result === 'object' && result !== null && 'resultType' in result && result['resultType'] === 'input_required';
  return asks ? 'question' : 'answer';
}

/**
 * Makes known what the agent is about to see, before it does, where a rule looks at it. `told` is called with whether that is known; at once where there is
 * nothing to tell.
 */
export function noteSeen(call: Call, labels: readonly string[], told: (isNoted: boolean) => void): void {
  const { principal, snapshot } = call.arrival;
  const watched = labels.length === 0 || snapshot.policy.flow.isOff ? [] : snapshot.policy.flow.watched(labels);
  if (watched.length === 0) return told(true);
  const { taint } = call.inspecting;
  const task = taskOf(call, principal);
  if (taint.isNoted(task, watched)) return told(true);
  void taint.note(task, watched).then((isNoted) => told(isNoted));
}

/** The same where nothing can wait: what the authority does not know yet is told to it for the next time, and not shown now. */
export function isNotedNow(call: Call, labels: readonly string[]): boolean {
  let isNoted = false;
  noteSeen(call, labels, (noted) => (isNoted = noted));
  return isNoted;
}
