// server/discover on a route with several servers: the gateway answers for itself, with what its servers can do together.

import { REVISIONS, TASKS_EXTENSION, writeResult } from '../mcp/index.ts';
import type { JsonObject, JsonValue } from '../mcp/index.ts';
import { SELF } from './aggregate-lists.ts';
import { approve } from './approved.ts';
import type { Ask, Asking, Hearing } from './bridge/index.ts';
import type { Ports } from './exchange.ts';
import { askOf } from './member-lists.ts';
import type { Looking } from './route-catalogue.ts';

/** Capabilities that one server alone may have and the route then has: what concerns it finds it by name or URI. */
const CARRIED = ['tools', 'prompts', 'resources', 'completions', 'logging'];
/** Apps and tasks are carried: tools, ui:// resources and tasks find their server. Other extensions do not say whose they are. */
const CARRIED_EXTENSIONS = ['io.modelcontextprotocol/ui', TASKS_EXTENSION];
/** What a server may turn out to have that does not answer now: an agent that is told of no tools never asks for any. */
const UNKNOWN: JsonObject = { tools: { listChanged: true }, prompts: { listChanged: true }, resources: { listChanged: true } };
/** What is kept of a server for when it is down, for each agent. Hardly any says more. */
const MAX_KEPT_BYTES = 16 * 1024;
/** Of each server's instructions. They go into the prompt of a model, for all servers at once. */
const MAX_INSTRUCTIONS_CHARS = 4_000;

/** Asks the members of a route what they can do. */
export function askDiscover(wanted: Ask, { route, asker }: Looking, hearing: Hearing, ports: Ports): Asking {
  const { call, message } = wanted;
  const { principal } = call.arrival;
  const { discovered } = ports.aggregates;
  const members = call.members ?? [];
  const results = new Map<string, JsonObject>();
  const askings: Asking[] = [];
  let waitingFor = members.length;
  let over = false;

  const settle = (): void => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    const found = members.flatMap((server) => {
      const result = results.get(server) ?? discovered.get(principal, server);
      return result === undefined ? [] : [{ server, result }];
    });
    const isWhole = results.size === members.length;
    for (const asking of askings) asking.giveUp();
    hearing.final(writeResult(message.id, merge(found, isWhole, found.length === members.length)));
  };
  const timer = setTimeout(settle, route.waitMs);
  const done = (): void => {
    waitingFor--;
    if (waitingFor === 0) settle();
  };
  for (const name of members) {
    const server = ports.servers.get(name);
    if (server === undefined) {
      done();
      continue;
    }
    const final: Hearing['final'] = (said) => {
      approve({ server: name, method: 'server/discover', final: said, isFirst: true }, ports, (approved) => {
        if (approved.kind === 'result' && isObject(approved.result)) {
          results.set(name, approved.result);
          if (said.document.bytes.length <= MAX_KEPT_BYTES) discovered.put(principal, name, approved.result);
        }
        done();
      });
    };
    const wantedOfIt = { method: 'server/discover', params: {} };
    askings.push(askOf(asker, server, wantedOfIt, { full: false, note: () => {}, final, fail: done }, ports));
  }
  if (members.length === 0) settle();
  return {
    giveUp: () => {
      over = true;
      clearTimeout(timer);
      for (const asking of askings) asking.giveUp();
    },
    resume: () => {},
  };
}

interface Found {
  readonly server: string;
  readonly result: JsonObject;
}

/** `isWhole`: all of them have just said it; `isComplete`: it is known of all, if only from before. */
function merge(found: readonly Found[], isWhole: boolean, isComplete: boolean): JsonObject {
  const instructions = found.flatMap(({ server, result }) => {
    const text = result['instructions'];
    if (typeof text !== 'string' || text === '') return [];
    const cut = text.length > MAX_INSTRUCTIONS_CHARS ? `${text.slice(0, MAX_INSTRUCTIONS_CHARS).toWellFormed()}…` : text;
    return [`# ${server}\n\n${cut}`];
  });
  const ttls = found.map(({ result: { ttlMs } }) => (typeof ttlMs === 'number' && ttlMs > 0 ? Math.floor(ttlMs) : 0));
  return {
    resultType: 'complete',
    supportedVersions: REVISIONS.map(({ name }) => name),
    capabilities: union([
      ...found.map(({ result }) => (isObject(result['capabilities']) ? result['capabilities'] : {})),
      ...(isComplete ? [] : [UNKNOWN]),
    ]),
    ...(instructions.length > 0 && { instructions: instructions.join('\n\n') }),
    // What is missing now may be there at once.
    ttlMs: isWhole && ttls.length > 0 ? Math.min(...ttls) : 0,
    cacheScope: 'private',
    _meta: { 'io.modelcontextprotocol/serverInfo': SELF },
  };
}

function union(all: readonly JsonObject[]): JsonObject {
  const merged: Record<string, JsonObject> = {};
  for (const capabilities of all) {
    for (const name of CARRIED) {
      const capability = capabilities[name];
      if (isObject(capability)) merged[name] = { ...merged[name], ...truths(capability) };
    }
    const { extensions } = capabilities;
    for (const name of CARRIED_EXTENSIONS) {
      const extension = isObject(extensions) ? extensions[name] : undefined;
      if (isObject(extension)) merged['extensions'] = { ...merged['extensions'], [name]: {} };
    }
  }
  return merged;
}

/** listChanged and subscribe, where a server has them: the route has what one of its servers has. */
function truths(capability: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(capability).filter(([name, value]) => value === true && /^(listChanged|subscribe)$/.test(name)));
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
