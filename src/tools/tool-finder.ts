// The search over everything that is approved, kept as the catalogue changes. A server is taken in when somebody first searches after it has
// changed, a piece at a time: a hundred thousand tools are some seconds of work, and nobody else's call may wait for them.

import type { Catalogue } from './catalogue.ts';
import { createToolSearch } from './search-tools.ts';
import type { FoundTool } from './search-tools.ts';

/** What is looked for, where, and who may see what. */
export interface Wanted {
  readonly query: string;
  readonly servers: ReadonlySet<string>;
  readonly limit: number;
  readonly admit: (server: string, name: string) => boolean;
}

/** Finds approved tools by words. */
export interface ToolFinder {
  /** `done` is called at once, unless much has changed since the last search. */
  find(wanted: Wanted, done: (found: readonly FoundTool[]) => void): void;
}

export interface ToolFinderOptions {
  readonly catalogue: Pick<Catalogue, 'revisionOf' | 'approvedNames' | 'approved'>;
  /** Gives the others a turn. */
  readonly yield: (next: () => void) => void;
}

/** Tools that are taken in at once: some milliseconds, and then it is the turn of the calls that have come meanwhile. */
const PIECE = 40;

interface Work {
  readonly server: string;
  readonly revision: number;
  readonly names: readonly string[];
  next: number;
}

/** A finder that has looked at nothing yet. */
export function createToolFinder({ catalogue, yield: giveWay }: ToolFinderOptions): ToolFinder {
  const search = createToolSearch();
  const indexed = new Map<string, number>();
  const waiting: (() => void)[] = [];
  const queue: Work[] = [];
  let isWorking = false;

  const take = (server: string): void => {
    const revision = catalogue.revisionOf(server);
    if (indexed.get(server) === revision || queue.some((work) => work.server === server && work.revision === revision)) return;
    const names = catalogue.approvedNames(server, 'tool');
    const approved = new Set(names);
    for (const name of search.namesOf(server)) if (!approved.has(name)) search.remove(server, name);
    queue.push({ server, revision, names, next: 0 });
  };
  /** True: nothing is left to do. */
  const workOn = (): boolean => {
    for (let room = PIECE; room > 0;) {
      const [work] = queue;
      if (work === undefined) return true;
      const piece = work.names.slice(work.next, work.next + room);
      for (const name of piece) {
        const definition = catalogue.approved(work.server, 'tool', name).at(-1)?.definition;
        if (definition === undefined) search.remove(work.server, name);
        else search.add({ server: work.server, name, definition });
      }
      work.next += piece.length;
      room -= piece.length;
      if (work.next < work.names.length) continue;
      indexed.set(work.server, work.revision);
      queue.shift();
    }
    return queue.length === 0;
  };
  const work = (): void => {
    isWorking = !workOn();
    if (isWorking) return giveWay(work);
    for (const next of waiting.splice(0)) next();
  };

  return {
    find: ({ query, servers, limit, admit }, done) => {
      for (const server of servers) take(server);
      const answer = (): void => done(search.find(query, { limit, admit: (server, name) => servers.has(server) && admit(server, name) }));
      if (queue.length === 0) return answer();
      waiting.push(answer);
      if (!isWorking) work();
    },
  };
}
