import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Catalogue } from './index.ts';
import { createToolFinder } from './index.ts';
import type { ToolFinder } from './index.ts';

/** A catalogue of names, each described by itself. */
function bed(): {
  readonly servers: Map<string, readonly string[]>;
  readonly finder: ToolFinder;
  /** Gives way this often at most, and then no more until it is told to. */
  readonly turns: (() => void)[];
  readonly change: (server: string, names: readonly string[]) => void;
  /** What is found at once; undefined: it waits for its turn. */
  readonly find: (
    query: string,
    servers: readonly string[],
    admit?: (server: string, name: string) => boolean,
  ) => readonly string[] | undefined;
} {
  const servers = new Map<string, readonly string[]>();
  const revisions = new Map<string, number>();
  const turns: (() => void)[] = [];
  const catalogue: Pick<Catalogue, 'revisionOf' | 'approvedNames' | 'approved'> = {
    revisionOf: (server) => revisions.get(server) ?? 0,
    approvedNames: (server) => servers.get(server) ?? [],
    approved: (server, _kind, name) =>
      servers.get(server)?.includes(name) === true ? [{ fingerprint: name, definition: { name, inputSchema: { type: 'object' } } }] : [],
  };
  const finder = createToolFinder({ catalogue, yield: (next) => turns.push(next) });
  return {
    servers,
    finder,
    turns,
    change: (server, names) => {
      servers.set(server, names);
      revisions.set(server, (revisions.get(server) ?? 0) + 1);
    },
    find: (query, wanted, admit = () => true) => {
      let found: readonly string[] | undefined;
      finder.find(
        { query, servers: new Set(wanted), limit: 5, admit },
        (tools) => (found = tools.map(({ server, name }) => `${server}/${name}`)),
      );
      return found;
    },
  };
}

test('it finds what is approved now, on the servers that are asked for, and what the asker may see', () => {
  const { change, find } = bed();
  change('files', ['read_file', 'write_file']);
  change('mail', ['read_mail']);
  assert.deepEqual(find('read', ['files', 'mail']), ['files/read_file', 'mail/read_mail']);
  assert.deepEqual(find('read', ['mail']), ['mail/read_mail']);
  assert.deepEqual(
    find('file', ['files', 'mail'], (_server, name) => name !== 'read_file'),
    ['files/write_file'],
  );
  change('files', ['write_file', 'copy_file']);
  assert.deepEqual(find('read', ['files', 'mail']), ['mail/read_mail'], 'what is gone is not found');
  assert.deepEqual(find('copy', ['files', 'mail']), ['files/copy_file'], 'what is new is');
});

test('much is taken in a piece at a time; who asks meanwhile waits, and everybody is answered', () => {
  const { change, find, finder, turns } = bed();
  change(
    'big',
    Array.from({ length: 1_000 }, (_, number) => `tool_number${number}`),
  );
  const answers: string[] = [];
  const ask = (number: number): void =>
    finder.find({ query: `number${number}`, servers: new Set(['big']), limit: 1, admit: () => true }, ([first]) =>
      answers.push(first?.name ?? ''),
    );
  ask(999);
  ask(3);
  assert.deepEqual(answers, []);
  let given = 0;
  for (let next = turns.shift(); next !== undefined; next = turns.shift()) {
    given++;
    next();
  }
  assert.equal(given, 24, 'twenty-five pieces');
  assert.deepEqual(answers, ['tool_number999', 'tool_number3']);
  assert.deepEqual(find('number7', ['big'])?.slice(0, 1), ['big/tool_number7'], 'known, it is at once');
});

test('who may see what is asked no oftener than is needed', () => {
  const { change, finder, turns } = bed();
  change(
    'files',
    Array.from({ length: 40 }, (_, number) => `read_file_${number}`),
  );
  assert.equal(turns.length, 0);
  let asked = 0;
  const admit = (): boolean => ++asked > 0;
  finder.find({ query: 'file', servers: new Set(['files']), limit: 5, admit }, (found) => assert.equal(found.length, 5));
  assert.equal(asked, 5);
});
