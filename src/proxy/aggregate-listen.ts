// subscriptions/listen on a route with several servers: one stream to each of them, and what they say on the agent's one. A server that
// goes away is listened to again behind the agent's back; the agent is then told that its lists changed, as they may have meanwhile.

import { subscriptionMeta, writeNotification } from '../mcp/index.ts';
import type { JsonObject, JsonValue } from '../mcp/index.ts';
import type { Server } from '../servers/index.ts';
import type { Ask, Asking, Hearing, ListKind, NoteMessage } from './bridge/index.ts';
import { OVER } from './bridge/index.ts';
import type { Ports } from './exchange.ts';
import { askOf } from './member-lists.ts';
import { renameTask } from './tasks.ts';
import type { NamedTask } from './tasks.ts';
import { findOwners } from './route-catalogue.ts';
import type { Looking } from './route-catalogue.ts';

const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';
const UPDATED = 'notifications/resources/updated';
const TASK_CHANGED = 'notifications/tasks';
const CANCELLED = 'notifications/cancelled';

/** What each of the flags of a listen promises, and which lists have changed when it is said. */
const CHANGES: readonly { readonly flag: string; readonly method: string; readonly kinds: readonly ListKind[] }[] = [
  { flag: 'toolsListChanged', method: 'notifications/tools/list_changed', kinds: ['tools'] },
  { flag: 'promptsListChanged', method: 'notifications/prompts/list_changed', kinds: ['prompts'] },
  { flag: 'resourcesListChanged', method: 'notifications/resources/list_changed', kinds: ['resources', 'resourceTemplates'] },
];

/** First and longest wait before a server that went away is listened to again. */
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;

interface Member {
  readonly server: Server;
  /** Those of the agent's resources that are this server's. */
  readonly uris: readonly string[];
  /** Those of the tasks that the agent watches which are this server's. */
  readonly tasks: readonly NamedTask[];
  asking: Asking;
  /** What it said that it will tell; undefined until it has. */
  honoured: JsonObject | undefined;
  answered: boolean;
  /** It cannot be reached now; when it can, that is a change. */
  missing: boolean;
  retryMs: number;
  retry: NodeJS.Timeout | undefined;
}

/** Listens to the members of a route. */
export function askListen(wanted: Ask, { route, asker }: Looking, hearing: Hearing, ports: Ports): Asking {
  const { call, message } = wanted;
  const { arrival } = call;
  const asked = isObject(message.params?.['notifications']) ? message.params['notifications'] : {};
  const members: Member[] = [];
  /** What the agent was told that it will hear; undefined until it was told. */
  let promised: ReadonlySet<string> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let over = false;

  const tag = subscriptionMeta(message.id);
  const acknowledge = (): void => {
    if (over || promised !== undefined) return;
    clearTimeout(timer);
    const flags = CHANGES.filter(({ flag }) => members.some((member) => willTell(member, flag))).map(({ flag }) => flag);
    const uris = members.flatMap(({ honoured, uris: own }) => own.filter((uri) => includes(honoured?.['resourceSubscriptions'], uri)));
    const tokens = members.flatMap(({ honoured, tasks }) =>
      tasks.filter(({ id }) => includes(honoured?.['taskIds'], id)).map(({ token }) => token),
    );
    promised = new Set([...flags, ...uris, ...tokens]);
    const notifications = {
      ...Object.fromEntries(flags.map((flag) => [flag, true])),
      ...(uris.length > 0 && { resourceSubscriptions: uris }),
      ...(tokens.length > 0 && { taskIds: tokens }),
    };
    hearing.note(writeNotification(ACKNOWLEDGED, { notifications, _meta: tag }));
  };
  const willTell = ({ honoured, missing }: Member, flag: string): boolean => asked[flag] === true && (missing || honoured?.[flag] === true);
  const hear = (member: Member, said: NoteMessage): void => {
    const { method, params } = said;
    if (over) return;
    if (method === ACKNOWLEDGED) {
      const isBack = member.answered;
      member.honoured = isObject(params?.['notifications']) ? params['notifications'] : {};
      member.answered = true;
      member.missing = false;
      member.retryMs = FIRST_RETRY_MS;
      if (isBack) for (const { flag } of CHANGES) if (member.honoured[flag] === true) tellChange(member, flag);
      if (members.every(({ answered }) => answered)) acknowledge();
      return;
    }
    if (method === CANCELLED) return; // It ends the stream; that it ended is heard as well.
    if (!mayBeHeard(member)) return leave(member);
    const change = CHANGES.find((one) => one.method === method);
    if (change !== undefined) return tellChange(member, change.flag);
    if (method === TASK_CHANGED) return tellTask(member, said);
    const uri = params?.['uri'];
    if (method !== UPDATED || typeof uri !== 'string' || !member.uris.includes(uri) || promised?.has(uri) !== true) return;
    if (!mayRead(member.server.name, uri)) return;
    hearing.note(writeNotification(UPDATED, { uri, _meta: tag }));
  };
  const tellChange = ({ server }: Member, flag: string): void => {
    const change = CHANGES.find((one) => one.flag === flag);
    if (change === undefined) return;
    for (const kind of change.kinds) ports.aggregates.known.outdate(arrival.principal, server.name, kind);
    if (promised?.has(flag) === true) hearing.note(writeNotification(change.method, { _meta: tag }));
  };
  const tellTask = ({ tasks }: Member, said: NoteMessage): void => {
    const task = tasks.find(({ id }) => id === said.params?.['taskId']);
    // It tells what a tool has given, so its agent must still have leave to use the tool.
    if (task === undefined || promised?.has(task.token) !== true || !mayUse(task)) return;
    hearing.note(renameTask(said, task));
  };
  /** Policy may have changed since the stream was opened; the agent's other servers are not its concern. */
  const mayBeHeard = ({ server }: Member): boolean =>
    ports.snapshot().policy.decide(arrival.principal, server.name, { kind: 'server' }).kind === 'allow';
  const mayRead = (server: string, uri: string): boolean =>
    ports.snapshot().policy.decide(arrival.principal, server, { kind: 'resource', name: uri }).kind === 'allow';
  const mayUse = ({ server, tool }: NamedTask): boolean =>
    ports.snapshot().policy.decide(arrival.principal, server, { kind: 'tool', name: tool }).kind === 'allow';
  const leave = (member: Member): void => {
    member.asking.giveUp();
    settled(member);
  };
  const settled = (member: Member): void => {
    member.answered = true;
    if (!over && members.every(({ answered }) => answered)) acknowledge();
  };
  const open = (member: Member): void => {
    if (over || !mayBeHeard(member)) return settled(member);
    const notifications: JsonObject = {
      ...Object.fromEntries(CHANGES.filter(({ flag }) => asked[flag] === true).map(({ flag }) => [flag, true])),
      ...(member.uris.length > 0 && { resourceSubscriptions: member.uris }),
      ...(member.tasks.length > 0 && { taskIds: member.tasks.filter(mayUse).map(({ id }) => id) }),
    };
    member.asking = askOf(
      asker,
      member.server,
      { method: 'subscriptions/listen', params: { notifications } },
      {
        get full() {
          return hearing.full;
        },
        note: (said) => hear(member, said),
        final: (said) => {
          settled(member);
          if (said.kind === 'result') again(member); // An error says that it will be the same the next time.
        },
        fail: (_refused, outcome) => {
          member.missing = outcome !== 'refused';
          settled(member);
          if (member.missing) again(member);
        },
      },
      ports,
    );
  };
  const again = (member: Member): void => {
    if (over) return;
    member.retry = setTimeout(() => open(member), member.retryMs).unref();
    member.retryMs = Math.min(member.retryMs * 2, LAST_RETRY_MS);
  };

  const tasksWatched = call.inbound.kind === 'modern' ? [...(call.inbound.tasks?.named.values() ?? [])] : [];
  const watched = uniqueTexts(asked['resourceSubscriptions']);
  const finding = findOwners({ route, asker }, watched, ports, (owners) => {
    if (over) return;
    const wantsChanges = CHANGES.some(({ flag }) => asked[flag] === true);
    for (const name of call.members ?? []) {
      const server = ports.servers.get(name);
      const uris = watched.filter((uri) => owners.get(uri) === name && mayRead(name, uri));
      const tasks = tasksWatched.filter((task) => task.server === name);
      if (server === undefined || (uris.length === 0 && tasks.length === 0 && !wantsChanges)) continue;
      members.push({
        server,
        uris,
        tasks,
        asking: OVER,
        honoured: undefined,
        answered: false,
        missing: false,
        retryMs: FIRST_RETRY_MS,
        retry: undefined,
      });
    }
    if (members.length === 0) return acknowledge();
    timer = setTimeout(acknowledge, route.waitMs);
    for (const member of members) open(member);
  });
  return {
    giveUp: () => {
      over = true;
      clearTimeout(timer);
      finding.giveUp();
      for (const member of members) {
        clearTimeout(member.retry);
        member.asking.giveUp();
      }
    },
    resume: () => {
      for (const { asking } of members) asking.resume();
    },
  };
}

function uniqueTexts(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? [...new Set(value.filter((one): one is string => typeof one === 'string'))] : [];
}

function includes(list: JsonValue | undefined, wanted: string): boolean {
  return Array.isArray(list) && list.includes(wanted);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
