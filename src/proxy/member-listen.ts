// One server's share of a subscriptions/listen to several: its stream is opened, and opened anew, later and later, when it ends. For the
// agent that is one stream which goes on: a server that comes and goes is no reason to end those of the others.

import type { JsonObject, JsonValue } from '../mcp/index.ts';
import type { Server } from '../servers/index.ts';
import type { Asking, Hearing, NoteMessage } from './bridge/index.ts';
import { OVER } from './bridge/index.ts';
import type { Ports } from './exchange.ts';
import { askOf } from './member-lists.ts';
import type { Asker } from './member-lists.ts';

/** What is heard of one server. */
export interface MemberListen {
  /** It has said what it will tell, or that it will tell nothing, or cannot be reached. */
  readonly settled: boolean;
  /** It cannot be reached now; when it can, that is a change. */
  readonly missing: boolean;
  /** What it said that it will tell. */
  readonly honoured: JsonObject;
  open(): void;
  resume(): void;
  giveUp(): void;
}

export interface MemberListenOptions {
  readonly asker: Asker;
  readonly server: Server;
  /** What it is asked to tell now; undefined: its agent may not use it any more. */
  readonly wanted: () => JsonObject | undefined;
  readonly full: () => boolean;
  /** Called whenever one of the facts above has changed. */
  readonly onSettled: () => void;
  /** It is heard again after it was not: what it would have told meanwhile is lost. */
  readonly onBack: () => void;
  readonly onSaid: (said: NoteMessage) => void;
}

const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';
/** First and longest wait before it is listened to again. */
const FIRST_WAIT_MS = 1_000;
const LAST_WAIT_MS = 60_000;

/** A stream that is not open yet. */
export function createMemberListen(options: MemberListenOptions, ports: Ports): MemberListen {
  const { asker, server } = options;
  let asking: Asking = OVER;
  let settled = false;
  let missing = false;
  let honoured: JsonObject = {};
  let openedMs = 0;
  let waitMs = FIRST_WAIT_MS;
  let again: NodeJS.Timeout | undefined;
  let over = false;

  const settle = (isMissing: boolean): void => {
    settled = true;
    missing = isMissing;
    options.onSettled();
  };
  const retry = (): void => {
    if (over) return;
    // Who acknowledges and ends at once must not be asked, nor its agent told of changes, every second.
    if (ports.nowMs() - openedMs > LAST_WAIT_MS) waitMs = FIRST_WAIT_MS;
    again = setTimeout(open, waitMs).unref();
    waitMs = Math.min(waitMs * 2, LAST_WAIT_MS);
  };
  const hearing: Hearing = {
    get full() {
      return options.full();
    },
    note: (said) => {
      if (over) return;
      if (said.method !== ACKNOWLEDGED) return options.onSaid(said);
      const isBack = settled;
      const told = said.params?.['notifications'];
      honoured = isObject(told) ? told : {};
      settle(false);
      if (isBack) options.onBack();
    },
    final: (said) => {
      settle(false);
      if (said.kind === 'result') retry(); // An error says that it will be the same the next time.
    },
    fail: (_refused, outcome) => {
      settle(outcome !== 'refused');
      if (missing) retry();
    },
  };
  const open = (): void => {
    const notifications = over ? undefined : options.wanted();
    if (notifications === undefined) return settle(false);
    openedMs = ports.nowMs();
    asking = askOf(asker, server, { method: 'subscriptions/listen', params: { notifications } }, hearing, ports);
  };
  return {
    get settled() {
      return settled;
    },
    get missing() {
      return missing;
    },
    get honoured() {
      return honoured;
    },
    open,
    resume: () => asking.resume(),
    giveUp: () => {
      over = true;
      clearTimeout(again);
      asking.giveUp();
    },
  };
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
