// A worker's end of what tasks have used. It remembers for a minute what it has told control, so that a task that reads a hundred files is one
// note and not a hundred; what it remembers is worth nothing once control has been replaced, or a person had something forgotten.

import type { AuditLog } from '../audit/index.ts';
import { NOTED_FOR_MS } from '../policies/index.ts';
import type { Task } from '../policies/index.ts';
import type { TaintAuthority } from '../proxy/index.ts';
import type { Metrics } from '../telemetry/index.ts';
import type { Fields } from './channel.ts';
import type { Links } from './child.ts';
import type { Door } from './conversation.ts';
import { textsIn } from './flow-frames.ts';
import { NOT_KNOWN } from './recorded-names.ts';

export interface FlowDoor extends Door {
  readonly authority: TaintAuthority;
}

export interface FlowDoorOptions {
  readonly links: Pick<Links, 'request'>;
  readonly metrics: Metrics;
  readonly nowMs: () => number;
  /** An agent's name as it may stand on record. */
  readonly toName: (agent: string) => Promise<string>;
  /** Undefined while it is not open. */
  readonly audit: () => Pick<AuditLog, 'append'> | undefined;
}

/** Longer than control needs when it is replaced; whoever cannot be told by then is refused. */
const TIMEOUT_MS = 2_000;
const EVERYBODY = '*';
/** Tasks of which is remembered what was noted. */
const MAX_NOTED = 20_000;

export function createFlowDoor({ links, metrics, nowMs, toName, audit }: FlowDoorOptions): FlowDoor {
  /** When each label of a task was noted. */
  const noted = new Map<string, Map<string, number>>();
  /** Grows with everything that makes what is remembered worthless: an answer that was on its way then is not remembered either. */
  let generation = 0;
  const forget = (): void => {
    generation++;
    noted.clear();
  };
  const remember = (key: string, labels: readonly string[], atMs: number): void => {
    let known = noted.get(key);
    if (known === undefined) {
      if (noted.size >= MAX_NOTED) noted.clear();
      noted.set(key, (known = new Map()));
    }
    for (const label of labels) known.set(label, atMs);
  };
  /** What control says; undefined: it says nothing, or that it cannot. */
  const ask = async (question: 'note' | 'read', fields: Fields): Promise<Fields | undefined> => {
    const answer = await links.request('control', `flow-${question}`, fields, TIMEOUT_MS).catch(() => undefined);
    const isAnswered = answer !== undefined && answer.fields['error'] === undefined;
    metrics.counter('sallyport.flow.questions', { question, outcome: isAnswered ? 'answered' : 'unknown' }).add();
    return isAnswered ? answer.fields : undefined;
  };

  return {
    authority: {
      isNoted: (task, labels) => {
        const known = noted.get(keyOf(task));
        if (known === undefined) return false;
        const after = nowMs() - NOTED_FOR_MS;
        return labels.every((label) => (known.get(label) ?? after) > after);
      },
      note: async (task, labels) => {
        const [asOf, atMs] = [generation, nowMs()];
        const answer = await ask('note', { task, labels });
        if (answer !== undefined && asOf === generation) remember(keyOf(task), labels, atMs);
        return answer !== undefined;
      },
      read: async (task, isNarrow) => {
        const answer = await ask('read', { task, isNarrow });
        return Array.isArray(answer?.['labels']) ? textsIn(answer['labels']) : undefined;
      },
    },
    hears: {
      'flow-forget': (frame) => {
        forget();
        const { tenant, agent, by } = frame.fields;
        const write = (name: string): void => {
          audit()?.append({ kind: 'flow', time: nowMs(), event: 'cleared', tenant: String(tenant), agent: name, by: String(by) });
          frame.reply({});
        };
        if (agent === EVERYBODY) write(EVERYBODY);
        else void toName(String(agent)).then(write, () => write(NOT_KNOWN));
      },
    },
    onControl: forget,
    onControlGone: forget,
  };
}

function keyOf({ tenant, agent, session = '', traces }: Task): string {
  return [tenant, agent, session, ...traces].join('\u0000');
}
