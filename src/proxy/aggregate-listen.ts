// subscriptions/listen on a route with several servers: one stream to each of them (member-listen.ts), and what they say on the agent's one,
// each about what is its own.

import { subscriptionMeta, writeNotification } from '../mcp/index.ts';
import type { JsonObject, JsonValue } from '../mcp/index.ts';
import type { Subject } from '../policies/index.ts';
import { noteChange } from './approved.ts';
import type { Ask, Asking, Hearing, ListKind, NoteMessage } from './bridge/index.ts';
import type { Call, Ports } from './exchange.ts';
import { createMemberListen } from './member-listen.ts';
import type { MemberListen } from './member-listen.ts';
import { findOwners } from './route-catalogue.ts';
import type { Looking } from './route-catalogue.ts';
import { renameTask } from './tasks.ts';
import type { NamedTask } from './tasks.ts';
import { mayEver, mayWatch } from './verdicts.ts';

const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';
const UPDATED = 'notifications/resources/updated';
const TASK_CHANGED = 'notifications/tasks';

/** A flag of a listen, what it promises, and which lists have changed when that is said. */
interface Change {
  readonly flag: string;
  readonly method: string;
  readonly kinds: readonly ListKind[];
}

const CHANGES: readonly Change[] = [
  { flag: 'toolsListChanged', method: 'notifications/tools/list_changed', kinds: ['tools'] },
  { flag: 'promptsListChanged', method: 'notifications/prompts/list_changed', kinds: ['prompts'] },
  { flag: 'resourcesListChanged', method: 'notifications/resources/list_changed', kinds: ['resources', 'resourceTemplates'] },
];

/** A server, and what of the agent's wishes is its own. */
interface Member {
  readonly name: string;
  readonly uris: readonly string[];
  readonly tasks: readonly NamedTask[];
  readonly listen: MemberListen;
}

/** What the agent was told that it will hear. */
interface Promised {
  readonly flags: ReadonlySet<string>;
  readonly uris: ReadonlySet<string>;
  /** By the agent's own names for them. */
  readonly tasks: ReadonlySet<string>;
}

/** Listens to the members of a route. */
export function askListen(wanted: Ask, { route, asker }: Looking, hearing: Hearing, ports: Ports): Asking {
  const { call, message } = wanted;
  const { principal, peer } = call.arrival;
  const asked = isObject(message.params?.['notifications']) ? message.params['notifications'] : {};
  const changes = CHANGES.filter(({ flag }) => asked[flag] === true);
  const tag = subscriptionMeta(message.id);
  let members: readonly Member[] = [];
  let promised: Promised | undefined;
  let timer: NodeJS.Timeout | undefined;
  let over = false;

  /** Judged each time: policy may have changed since the stream was opened. */
  const may = (server: string, subject: Subject): boolean => mayEver(principal, server, subject, ports.snapshot());
  const mayRead = (server: string, uri: string): boolean => may(server, { kind: 'resource', name: uri });
  const mayUse = ({ server, tool }: NamedTask): boolean => may(server, { kind: 'tool', name: tool });

  const acknowledge = (): void => {
    if (over || promised !== undefined) return;
    clearTimeout(timer);
    promised = promiseOf(members, changes);
    hearing.note(writeNotification(ACKNOWLEDGED, { notifications: toFilter(promised), _meta: tag }));
  };
  const hear = (member: Member, said: NoteMessage): void => {
    if (over || !may(member.name, { kind: 'server' })) return;
    noteChange(member.name, said, ports);
    const { method, params } = said;
    const change = CHANGES.find((one) => one.method === method);
    if (change !== undefined) return tellChange(member, change);
    if (method === TASK_CHANGED) {
      const task = member.tasks.find(({ id }) => id === params?.['taskId']);
      // It tells what a tool has given, so its agent must still have leave to use the tool.
      if (task !== undefined && promised?.tasks.has(task.token) === true && mayUse(task)) hearing.note(renameTask(said, task));
    } else if (method === UPDATED) {
      const uri = params?.['uri'];
      const isOwn = typeof uri === 'string' && member.uris.includes(uri) && promised?.uris.has(uri) === true;
      if (isOwn && mayRead(member.name, uri)) hearing.note(writeNotification(UPDATED, { uri, _meta: tag }));
    }
  };
  const tellChange = ({ name }: Member, { flag, method, kinds }: Change): void => {
    for (const kind of kinds) ports.aggregates.known.outdate(principal, name, kind);
    if (promised?.flags.has(flag) === true) hearing.note(writeNotification(method, { _meta: tag }));
  };
  const filterFor = ({ name, uris, tasks }: Omit<Member, 'listen'>): JsonObject | undefined => {
    if (!may(name, { kind: 'server' })) return undefined;
    return toFilter({ flags: changes.map(({ flag }) => flag), uris, tasks: tasks.filter(mayUse).map(({ id }) => id) });
  };
  const memberFor = (name: string, uris: readonly string[]): readonly Member[] => {
    const server = ports.servers.get(name);
    const tasks = tasksOf(call).filter((task) => task.server === name);
    if (server === undefined || (changes.length === 0 && uris.length === 0 && tasks.length === 0)) return [];
    const listen = createMemberListen(
      {
        asker,
        server,
        wanted: () => filterFor({ name, uris, tasks }),
        full: () => hearing.full,
        onSettled: () => {
          if (members.every((one) => one.listen.settled)) acknowledge();
        },
        onBack: () => {
          for (const change of changes) if (listen.honoured[change.flag] === true) tellChange(member, change);
        },
        onSaid: (said) => hear(member, said),
      },
      ports,
    );
    const member: Member = { name, uris, tasks, listen };
    return [member];
  };

  const watched = uniqueTexts(asked['resourceSubscriptions']);
  const finding = findOwners({ route, asker }, watched, ports, (owners) => {
    if (over) return;
    members = (call.members ?? []).flatMap((name) =>
      memberFor(
        name,
        watched.filter(
          (uri) => owners.get(uri) === name && mayWatch({ principal, peer, server: name, uri }, ports.snapshot(), ports.nowMs()),
        ),
      ),
    );
    if (members.length === 0) return acknowledge();
    timer = setTimeout(acknowledge, route.waitMs);
    for (const { listen } of members) listen.open();
  });
  return {
    giveUp: () => {
      over = true;
      clearTimeout(timer);
      finding.giveUp();
      for (const { listen } of members) listen.giveUp();
    },
    resume: () => {
      for (const { listen } of members) listen.resume();
    },
  };
}

/** What they will tell together; of one that cannot be reached now, that it is back. */
function promiseOf(members: readonly Member[], changes: readonly Change[]): Promised {
  const tells = (flag: string): boolean => members.some(({ listen }) => listen.missing || listen.honoured[flag] === true);
  return {
    flags: new Set(changes.map(({ flag }) => flag).filter(tells)),
    uris: new Set(members.flatMap(({ uris, listen }) => uris.filter((uri) => includes(listen.honoured['resourceSubscriptions'], uri)))),
    tasks: new Set(
      members.flatMap(({ tasks, listen }) => tasks.filter(({ id }) => includes(listen.honoured['taskIds'], id)).map(({ token }) => token)),
    ),
  };
}

function toFilter({ flags, uris, tasks }: Readonly<Record<keyof Promised, Iterable<string>>>): JsonObject {
  const resourceSubscriptions = [...uris];
  const taskIds = [...tasks];
  return {
    ...Object.fromEntries([...flags].map((flag) => [flag, true])),
    ...(resourceSubscriptions.length > 0 && { resourceSubscriptions }),
    ...(taskIds.length > 0 && { taskIds }),
  };
}

function tasksOf({ inbound }: Call): readonly NamedTask[] {
  return inbound.kind === 'modern' ? [...(inbound.tasks?.named.values() ?? [])] : [];
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
