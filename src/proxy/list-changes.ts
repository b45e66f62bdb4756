// Tells agents that listen that what they may use has changed, where no server says so: somebody has approved or withheld a definition, or a policy
// is in force that shows them something else. Each agent hears of what it would see itself, and of nothing else.

import type { Snapshot } from '../config/index.ts';
import type { Principal } from '../agents/index.ts';
import { subscriptionMeta, writeNotification } from '../mcp/index.ts';
import type { Catalogue, ChangedThing } from '../tools/index.ts';
import type { Answer } from './answer.ts';
import type { KnownLists, ListKind } from './bridge/index.ts';
import type { Call } from './exchange.ts';
import type { OpenExchanges } from './open-exchanges.ts';
import { mayEver } from './verdicts.ts';

/** What can be told of, in the words of both eras. */
type Kind = 'tool' | 'prompt' | 'template';

const LISTS: Readonly<Record<Kind, { readonly flag: string; readonly method: string; readonly list: ListKind }>> = {
  tool: { flag: 'toolsListChanged', method: 'notifications/tools/list_changed', list: 'tools' },
  prompt: { flag: 'promptsListChanged', method: 'notifications/prompts/list_changed', list: 'prompts' },
  template: { flag: 'resourcesListChanged', method: 'notifications/resources/list_changed', list: 'resourceTemplates' },
};
const KINDS: readonly Kind[] = ['tool', 'prompt', 'template'];
/** Names that are compared one by one, for each agent and server. Where there are more, an agent is told that there may be a change. */
const MAX_COMPARED = 2_000;

export interface ListChanges {
  /** These things of a server can be used now, or cannot any more. */
  catalogueChanged(server: string, changed: readonly ChangedThing[]): void;
  /** Another snapshot is in force. */
  snapshotChanged(before: Snapshot, after: Snapshot): void;
}

export interface ListChangesOptions {
  readonly open: Pick<OpenExchanges, 'listening'>;
  readonly catalogue: Pick<Catalogue, 'approvedNames'>;
  readonly known: Pick<KnownLists, 'outdateAll'>;
  readonly snapshot: () => Snapshot | undefined;
}

/** For the streams of one worker. */
export function createListChanges({ open, catalogue, known, snapshot }: ListChangesOptions): ListChanges {
  return {
    catalogueChanged: (server, changed) => {
      for (const kind of KINDS) {
        const names = changed.flatMap((one) => (one.kind === kind ? [one.name] : []));
        if (names.length === 0) continue;
        known.outdateAll(server, LISTS[kind].list);
        const inForce = snapshot();
        if (inForce === undefined) continue;
        for (const { answer, call } of open.listening()) {
          const { principal } = call.arrival;
          if (!serversOf(call).includes(server)) continue;
          if (names.some((name) => mayEver(principal, server, subjectOf(kind, name), inForce))) tell(answer, call, kind);
        }
      }
    },
    snapshotChanged: (before, after) => {
      if (before.policy === after.policy) return;
      /** What each agent would see, by agent, server and kind: several streams of one agent ask the same. */
      const compared = new Map<string, boolean>();
      for (const { answer, call } of open.listening()) {
        for (const kind of KINDS) {
          const changes = serversOf(call).some((server) => {
            const { tenant, agent } = call.arrival.principal;
            const key = [tenant, agent, server, kind].join('\u0000');
            const differs = compared.get(key) ?? seesOther(call.arrival.principal, server, kind, before, after);
            compared.set(key, differs);
            return differs;
          });
          if (changes) tell(answer, call, kind);
        }
      }
    },
  };

  function seesOther(principal: Principal, server: string, kind: Kind, before: Snapshot, after: Snapshot): boolean {
    const names = catalogue.approvedNames(server, kind);
    if (names.length > MAX_COMPARED) return true;
    return names.some((name) => {
      const subject = subjectOf(kind, name);
      return mayEver(principal, server, subject, before) !== mayEver(principal, server, subject, after);
    });
  }
}

function serversOf({ members, server }: Call): readonly string[] {
  return members ?? [server.name];
}

function subjectOf(kind: Kind, name: string): Parameters<typeof mayEver>[2] {
  return kind === 'template' ? { kind: 'server' } : { kind, name };
}

/** A modern agent hears what it asked for, and nothing before the acknowledgement (2026-07-28 basic/patterns/subscriptions). */
function tell(answer: Answer, call: Call, kind: Kind): void {
  if (answer.gone || answer.finished) return;
  const { flag, method } = LISTS[kind];
  const { inbound } = call;
  if (inbound.kind === 'stream') return say(answer, writeNotification(method).document.bytes);
  if (inbound.kind !== 'modern' || call.answerBytes === 0) return;
  const asked = inbound.message.params?.['notifications'];
  if (typeof asked !== 'object' || asked === null || !(flag in asked) || Reflect.get(asked, flag) !== true) return;
  say(answer, writeNotification(method, { _meta: subscriptionMeta(inbound.message.id) }).document.bytes);
}

function say(answer: Answer, data: Uint8Array): void {
  answer.event({ event: 'message', id: undefined, retry: undefined, data });
}
