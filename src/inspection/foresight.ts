// What inspection would find in a request, and do about it, for people who ask before anything is sent.

import type { JsonValue } from '../mcp/index.ts';
import { compileActions, withDuties } from './actions.ts';
import type { InspectionDuties } from './actions.ts';
import { createEngine } from './engine.ts';
import { lookInto, tallyFindings } from './tally.ts';
import type { TalliedFinding } from './tally.ts';
import type { Engine, Found, InspectionDocument } from './types.ts';

/** What an agent would ask of a server, as its message has it. */
export interface AskedOfServer {
  readonly kind: 'server' | 'tool' | 'prompt' | 'resource';
  readonly name: string;
  /** Of a tool or a prompt; undefined: none were given. */
  readonly args: JsonValue | undefined;
}

/** What a config would find and do. */
export interface Foresight {
  /** Undefined: nobody can say. */
  find(asked: AskedOfServer): readonly Found[] | undefined;
  tally(found: readonly Found[], server: string, tool: string | undefined, duties: InspectionDuties): readonly TalliedFinding[];
}

/** Foresees by a config. Its engine is made when something is looked into for the first time: that takes a tenth of a second. */
export function createForesight(document: InspectionDocument): Foresight {
  const actions = compileActions(document);
  let engine: ReturnType<typeof createEngine> | undefined;
  return {
    find: (asked) => {
      if (asked.kind === 'server' || (asked.kind !== 'resource' && asked.args === undefined)) return [];
      engine ??= createEngine(document);
      return engine.ok ? findInRequest(engine.value, asked) : undefined;
    },
    tally: (found, server, tool, duties) => tallyFindings(found, withDuties(actions.on(server, tool, 'requests'), duties)),
  };
}

function findInRequest(engine: Engine, { kind, name, args }: AskedOfServer): readonly Found[] {
  const params = kind === 'resource' ? { uri: name } : { name, arguments: args };
  return lookInto(engine, Buffer.from(JSON.stringify({ params })), 'request');
}
