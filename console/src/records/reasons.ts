// Why a call was not carried, or did not end well, in a sentence: one for every code that the gateway puts on record.

import type { RecordReason, RecordView } from '../api/contract.ts';

/** What a sentence may name. */
export type ReasonFacts = Pick<RecordView, 'rule' | 'limit' | 'approval'>;

/** The agent hung up before anything was decided. */
export const GIVEN_UP = 'hung-up' satisfies RecordReason;

type Say = (facts: ReasonFacts) => string;

const rule = (name: string | null): string => (name === null ? 'a rule of the policy' : `the rule “${name}”`);
const Rule = (name: string | null): string => (name === null ? 'A rule of the policy' : `The rule “${name}”`);
const limit = (name: string | null): string => (name === null ? 'a limit' : `the limit “${name}”`);
const notAsked =
  (why: string): Say =>
  (facts) =>
    `${Rule(facts.rule)} wants a person to approve it, and ${why}.`;

/** Code → sentence. A denial names what denied. */
export const REASONS: Readonly<Record<RecordReason, string | Say>> = {
  // Policy.
  denied: ({ rule: name, approval }) => {
    if (name !== null) return `${Rule(name)} denies it.`;
    return approval === null
      ? 'No rule of the policy allows it, and what none allows is denied.'
      : 'The right to it ended while it waited for a person.';
  },
  'approval-needed': (facts) => `${Rule(facts.rule)} wants a person to approve it first, and nobody had when it was answered.`,
  'condition-error': (facts) => `The condition of ${rule(facts.rule)} could not be evaluated, so the call was denied.`,
  flow: (facts) => `${Rule(facts.rule)} denies it because of what the same task had used before.`,
  'flow-unknown': 'A rule goes by what the task has used before, and nobody could say what that was: denied to be safe.',
  lockdown: 'A lock was on: somebody has used the kill switch for this agent, server or tool, or for everything.',
  // Limits.
  'rate-limited': (facts) => `It was over ${limit(facts.limit)}: too many calls within its time.`,
  'too-many-at-once': (facts) => `It was over ${limit(facts.limit)}: too many calls at the same time.`,
  'byte-limit': (facts) => `It was over ${limit(facts.limit)}: too many bytes within its time.`,
  'spend-limit': (facts) => `It was over ${limit(facts.limit)}: what may be spent was spent.`,
  'repeated-call': (facts) => `It was over ${limit(facts.limit)}: the same call was made too often.`,
  'limit-unavailable': (facts) => `Nobody could say how much of ${limit(facts.limit)} was left, so the call was denied.`,
  limited: (facts) => `It was over ${limit(facts.limit)}.`,
  // The catalogue, and approved schemas.
  'not-approved': 'Nobody has approved this definition: it is withheld until somebody does.',
  changed: 'Its definition is not what was approved any more: it is withheld until somebody has looked at the change.',
  'unknown-tool': 'There is no such tool on the list of its server.',
  'unknown-prompt': 'There is no such prompt on the list of its server.',
  'not-usable': 'It was approved, and its definition cannot be used as it stands: it is withheld.',
  'invalid-arguments': 'Its arguments are not what the approved schema says, so the server was not called.',
  'unvalidated-arguments': 'Its arguments could not be held against the approved schema, so the server was not called.',
  // Inspection.
  inspection: 'Something was found in the request that may not go to this server.',
  unscanned: 'A part of the request could not be looked into, and may not go to the server like that.',
  // People.
  'approval-asked': (facts) => `${Rule(facts.rule)} wants a person to approve it: somebody was asked, and the call waited.`,
  'approval-rejected': (facts) => `A person said no. ${Rule(facts.rule)} wanted somebody asked.`,
  'approval-used': 'Another call used the approval, and an approval works once.',
  'approval-void': 'What a person would be asked about it now is not what they approved, so the approval did not count.',
  'approval-too-large': notAsked('its arguments are larger than what people are asked to look at'),
  'approvals-full': notAsked('as many calls waited for that as may'),
  'approvals-too-many': notAsked('the agent had asked for as much within an hour as it may'),
  'approvals-unavailable': notAsked('nobody could be asked'),
  [GIVEN_UP]: ({ approval }) =>
    approval === null
      ? 'The agent hung up before anything was decided. Nobody denied it.'
      : 'The agent hung up while the call waited for a person. Nobody denied it; the question stays open until it expires.',
  // The record.
  audit_unavailable: 'It could not be put on record, and what is not on record is not carried.',
  'vault-unavailable': 'A rule wants what is said sealed into the vault, and the vault did not take it, so the call was not carried.',
  // What was sent.
  http_malformed: 'The HTTP request was malformed or ambiguous.',
  http_version: 'The request came by another version of HTTP than 1.1.',
  http_head_too_large: 'The head of the request was too large.',
  http_body_too_large: 'The body of the request was too large.',
  http_length_required: 'The request did not say how long it was.',
  http_encoding: 'The body of the request was encoded, and such bodies are not accepted.',
  http_content_type: 'The body of the request was not JSON by its type.',
  http_not_acceptable: 'The request did not accept both JSON and event streams, as MCP wants.',
  http_method: 'The HTTP method is not allowed there.',
  http_timeout: 'The request did not arrive in time.',
  host_refused: 'It was sent to a Host that the gateway does not answer for.',
  tls_required: 'It did not come by the proxy that ends TLS in front of this listener.',
  origin_refused: 'It came from a web page whose Origin is not allowed.',
  route_unknown: 'It was sent to a route that does not exist.',
  json_malformed: 'The body was not valid JSON.',
  json_ambiguous: 'The body could be read in two ways, so nobody can say what it meant.',
  rpc_malformed: 'The body was not one JSON-RPC message.',
  params_malformed: 'The parameters of the request were malformed.',
  header_mismatch: 'An MCP header said something else than the body.',
  version_unsupported: 'It was of a protocol version that is not supported.',
  method_unknown: 'Its method is not known.',
  session_required: 'It needed a session, and named none.',
  session_unknown: 'It named a session that is over, or never was.',
  state_unknown: 'What it wanted to continue is over, or was lost with the process that held it.',
  capability_missing: 'The server needs a capability that the agent did not declare.',
  name_unknown: 'There is no tool, prompt or resource of that name.',
  era_unshared: 'The agent and the server share no protocol revision.',
  task_unknown: 'There is no such task for this agent.',
  // Who, and how much there was to do.
  unauthenticated: 'No valid key was shown.',
  too_many: 'There were too many requests.',
  draining: 'The gateway was shutting down.',
  overloaded: 'The gateway had more to do than it could.',
  not_ready: 'The gateway was not ready yet.',
  // The server.
  upstream_unreachable: 'The server could not be reached.',
  upstream_malformed: 'The server gave an answer that cannot be trusted.',
  upstream_timeout: 'The server did not answer in time.',
  upstream_too_large: 'The answer of the server was too large.',
  result_invalid: 'The answer is not what the approved output schema of the tool says, so it was kept back.',
  result_unvalidated: 'The answer was not held against the approved output schema of the tool.',
  answer_withheld: 'The answer holds something that may not be shown, so it was kept back.',
  outcome_unknown: 'The connection to the server was lost: nobody knows whether the call took effect.',
  internal: 'The gateway itself failed. Its log says more.',
};

/** Entries whose reason is a code; of all others it is what somebody said. */
const CODED: ReadonlySet<RecordView['kind']> = new Set(['call', 'outcome', 'refusals']);

/** Why it went as it did: a sentence, and the code that it stands for. undefined: there is nothing to say. A code of another version stands for itself. */
export function whyOf(
  record: ReasonFacts & Pick<RecordView, 'kind' | 'reason' | 'code'>,
): { readonly says: string; readonly code?: string } | undefined {
  const { kind, reason } = record;
  if (!CODED.has(kind)) return reason === null ? undefined : { says: reason };
  const code = reason ?? record.code;
  if (code === null) return undefined;
  const known = Object.hasOwn(REASONS, code) ? REASONS[code as RecordReason] : undefined;
  if (known === undefined) return { says: code };
  return { says: typeof known === 'string' ? known : known(record), code };
}
