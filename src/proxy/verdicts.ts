// What policy says of a request: the full verdict over its arguments, and what may ever be, for lists and streams.

import type { Principal } from '../agents/index.ts';
import type { Snapshot } from '../config/index.ts';
import type { JsonObject, JsonValue } from '../mcp/index.ts';
import type { Allow, Denial, Question, Subject, Verdict } from '../policies/index.ts';
import type { Arrival, Call } from './exchange.ts';

/** Methods that use what they name. Others are about a use that was judged, like a task of a call, or tell nothing of it. */
export const USES: ReadonlySet<string> = new Set(['tools/call', 'prompts/get', 'resources/read']);
/** Those of them that have arguments. */
const WITH_ARGUMENTS: ReadonlySet<string> = new Set(['tools/call', 'prompts/get']);
const NO_ARGUMENTS: JsonValue = {};

/** What a verdict is given on: a call with the parameters of its request. */
export interface Judged {
  readonly call: Pick<Call, 'arrival' | 'question' | 'server' | 'members'>;
  readonly params: JsonObject | undefined;
  /** Labels of what the task has used before; undefined: nobody has asked, since no rule looks at them. */
  readonly taint?: readonly string[] | undefined;
  /** What was found in the request, by class; undefined: nobody has looked. */
  readonly findings?: Question['findings'];
}

/**
 * The verdict on a call, for a caller under a snapshot. Of several servers asked as one, one that may be asked is enough: each decides again
 * about its own share.
 */
export function judgeCall({ call, params, taint, findings }: Judged, principal: Principal, snapshot: Snapshot, nowMs: number): Verdict {
  const { arrival, question, server, members } = call;
  const { subject, method, era } = question;
  const { address, listener } = arrival.peer;
  let verdict: Verdict = { kind: 'deny', rule: undefined, reason: 'no-rule' };
  for (const name of members ?? [server.name]) {
    verdict = snapshot.policy.judge({
      principal,
      server: name,
      subject,
      tool: subject.kind === 'tool' ? snapshot.toolFacts(name, subject.name) : undefined,
      labels: labelsOf(name, subject, snapshot),
      taint,
      findings,
      args: argumentsOf(method, params),
      request: { timeMs: nowMs, era, source: address, listener },
    });
    if (verdict.kind !== 'deny') break;
  }
  if (verdict.kind !== 'ask' || USES.has(method)) return verdict;
  // A task was made by a call that a person has approved. All else tells the server something that nobody could be asked about.
  if (call.question.rule?.task === true) return { kind: 'allow', rule: verdict.rule, obligations: verdict.obligations };
  return { kind: 'deny', rule: verdict.rule, reason: 'approval-needed' };
}

/** What a wish to watch a resource is judged on. */
export interface Watch {
  readonly principal: Principal;
  readonly peer: Arrival['peer'];
  readonly server: string;
  readonly uri: string;
  /** As of a call; nothing where it is not known yet, so that it has to be judged again. */
  readonly taint: readonly string[] | undefined;
}

/** The verdict on watching a resource. It is reading in small pieces, and nobody can be asked about what will come. */
export function judgeWatch({ principal, peer, server, uri, taint }: Watch, snapshot: Snapshot, nowMs: number): Allow | Denial {
  const subject = { kind: 'resource', name: uri } as const;
  const verdict = snapshot.policy.judge({
    principal,
    server,
    subject,
    tool: undefined,
    labels: labelsOf(server, subject, snapshot),
    taint,
    args: undefined,
    // Only the modern era has a request that watches several at once.
    request: { timeMs: nowMs, era: 'modern', source: peer.address, listener: peer.listener },
  });
  return verdict.kind === 'ask' ? { kind: 'deny', rule: verdict.rule, reason: 'approval-needed' } : verdict;
}

/** Whether an agent may watch a resource by itself, as far as can be said without knowing what its task has used. */
export function mayWatch(watch: Omit<Watch, 'taint'>, snapshot: Snapshot, nowMs: number): boolean {
  return judgeWatch({ ...watch, taint: UNLABELLED }, snapshot, nowMs).kind === 'allow';
}

/** The arguments of a call, where its method has any. Left out, they are none: a condition that reads one of them says so. */
export function argumentsOf(method: string, params: JsonObject | undefined): JsonValue | undefined {
  return WITH_ARGUMENTS.has(method) ? (params?.['arguments'] ?? NO_ARGUMENTS) : undefined;
}

/** Whether an agent may ever use something, by itself or once a person approves: then it is shown. */
export function mayEver(principal: Principal, server: string, subject: Subject, snapshot: Snapshot): boolean {
  const { labels, guessed } =
    subject.kind === 'tool' ? snapshot.toolFacts(server, subject.name) : { labels: labelsOf(server, subject, snapshot) };
  return snapshot.policy.decide(principal, server, subject, labels, guessed).kind !== 'deny';
}

/** The labels of a thing: a tool's own, and its server's. */
export function labelsOf(
  server: string,
  subject: Subject,
  { toolFacts, servers }: Pick<Snapshot, 'toolFacts' | 'servers'>,
): readonly string[] {
  return subject.kind === 'tool' ? toolFacts(server, subject.name).labels : (servers.get(server)?.labels ?? UNLABELLED);
}

const UNLABELLED: readonly string[] = Object.freeze([]);
