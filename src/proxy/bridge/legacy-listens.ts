// The listen streams of an agent on its legacy session (MCP 2026-07-28 basic/patterns/subscriptions): resources are subscribed to at the
// server once, however many streams watch them, and what the server says of changes goes to whoever asked for that.

import { toModernChange, writeNotification, writeResult } from '../../mcp/index.ts';
import type { JsonObject, JsonValue } from '../../mcp/index.ts';
import { subscriptionMeta } from '../../mcp/index.ts';
import type { Ask, Hearing, NoteMessage } from './party.ts';

/** What listen streams need of their session. */
export interface ListenPort {
  readonly capabilities: JsonObject;
  /** Calls back once it is known whether the server tells of changes. */
  whenOffered(then: (yes: boolean) => void): void;
  /** Asks something for the gateway itself; the answer says whether the server took it. */
  request(method: string, params: JsonObject, done: (taken: boolean) => void): void;
}

/** The listen streams of one session. */
export interface LegacyListens {
  readonly size: number;
  readonly isFull: boolean;
  /** Opens one; gives what ends it. */
  listen(wanted: Ask, hearing: Hearing, port: ListenPort): () => void;
  /** Somebody takes no more now, and says so. */
  hear(said: NoteMessage): void;
  /** The server tells of nothing any more: each stream ends in order. */
  end(): void;
}

/** Of one stream; who watches more uses several. */
const MAX_RESOURCES = 256;

const KINDS: readonly { readonly asked: string; readonly capability: string; readonly method: string }[] = [
  { asked: 'toolsListChanged', capability: 'tools', method: 'notifications/tools/list_changed' },
  { asked: 'promptsListChanged', capability: 'prompts', method: 'notifications/prompts/list_changed' },
  { asked: 'resourcesListChanged', capability: 'resources', method: 'notifications/resources/list_changed' },
];
const UPDATED = 'notifications/resources/updated';

interface Listening {
  readonly wanted: Ask;
  readonly hearing: Hearing;
  readonly methods: Set<string>;
  readonly uris: Set<string>;
  /** Nothing may come before the acknowledgement. */
  acknowledged: boolean;
}

interface Subscription {
  watchers: number;
  /** Undefined while the server has not answered. */
  taken: boolean | undefined;
  readonly waiting: ((taken: boolean) => void)[];
}

/** No streams yet. */
export function createLegacyListens(): LegacyListens {
  const open = new Set<Listening>();
  const subscriptions = new Map<string, Subscription>();

  const subscribe = (uri: string, port: ListenPort, done: (taken: boolean) => void): void => {
    const known = subscriptions.get(uri);
    if (known !== undefined) {
      known.watchers++;
      if (known.taken === undefined) known.waiting.push(done);
      else done(known.taken);
      return;
    }
    const made: Subscription = { watchers: 1, taken: undefined, waiting: [done] };
    subscriptions.set(uri, made);
    port.request('resources/subscribe', { uri }, (taken) => {
      made.taken = taken;
      for (const tell of made.waiting.splice(0)) tell(taken);
    });
  };
  const unsubscribe = (uri: string, port: ListenPort): void => {
    const known = subscriptions.get(uri);
    if (known === undefined || --known.watchers > 0) return;
    subscriptions.delete(uri);
    if (known.taken !== false) port.request('resources/unsubscribe', { uri }, () => {});
  };

  const acknowledge = (one: Listening): void => {
    one.acknowledged = true;
    const notifications: Record<string, JsonValue> = {};
    for (const { asked, method } of KINDS) if (one.methods.has(method)) notifications[asked] = true;
    if (one.uris.size > 0) notifications['resourceSubscriptions'] = [...one.uris];
    const _meta = subscriptionMeta(one.wanted.message.id);
    one.hearing.note(writeNotification('notifications/subscriptions/acknowledged', { notifications, _meta }));
  };
  /** Asks the server for what it offers of what is wanted. */
  const honour = (one: Listening, offered: boolean, port: ListenPort): void => {
    const filter = one.wanted.request.params?.['notifications'];
    const asked = isObject(filter) && offered ? filter : {};
    for (const { asked: name, capability, method } of KINDS) {
      if (asked[name] === true && has(port.capabilities, capability, 'listChanged')) one.methods.add(method);
    }
    const listed = has(port.capabilities, 'resources', 'subscribe') ? asked['resourceSubscriptions'] : undefined;
    const uris = new Set(Array.isArray(listed) ? listed.filter((uri: JsonValue) => typeof uri === 'string').slice(0, MAX_RESOURCES) : []);
    let left = uris.size;
    if (left === 0) return acknowledge(one);
    for (const uri of uris) {
      subscribe(uri, port, (taken) => {
        if (!open.has(one)) return unsubscribe(uri, port);
        if (taken) one.uris.add(uri);
        else unsubscribe(uri, port);
        if (--left === 0) acknowledge(one);
      });
    }
  };

  return {
    get size() {
      return open.size;
    },
    get isFull() {
      return open.values().some(({ hearing }) => hearing.full);
    },
    listen: (wanted, hearing, port) => {
      const one: Listening = { wanted, hearing, methods: new Set(), uris: new Set(), acknowledged: false };
      open.add(one);
      port.whenOffered((yes) => {
        if (open.has(one)) honour(one, yes, port);
      });
      return () => {
        if (!open.delete(one)) return;
        for (const uri of one.uris) unsubscribe(uri, port);
      };
    },
    hear: ({ method, params }) => {
      const uri = params?.['uri'];
      for (const { wanted, hearing, methods, uris, acknowledged } of open) {
        if (!acknowledged) continue;
        if (method === UPDATED) {
          if (typeof uri === 'string' && uris.has(uri)) hearing.note(toModernChange(method, uri, wanted.message.id));
        } else if (methods.has(method)) hearing.note(toModernChange(method, undefined, wanted.message.id));
      }
    },
    end: () => {
      subscriptions.clear();
      for (const one of open) {
        open.delete(one);
        const { id } = one.wanted.message;
        one.hearing.final(writeResult(id, { resultType: 'complete', _meta: subscriptionMeta(id) }));
      }
    },
  };
}

function has(capabilities: JsonObject, name: string, feature: string): boolean {
  const capability = capabilities[name];
  return isObject(capability) && capability[feature] === true;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
