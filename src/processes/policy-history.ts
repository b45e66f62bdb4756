// Policies that were in force, as people look back on them. What was written by hand is in it as well, from when it was put in force; who wrote it nobody
// knows.

import type { Actor, AdminProblem, DiffLineView, PolicyDocumentPort, PolicyRevisionView } from '../admin/index.ts';
import { diffLines, fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { PolicyRevision, PolicyStore } from '../cluster/index.ts';
import { compareOutlines, outlinePolicy } from '../config/index.ts';
import { tagOf } from './policy-file.ts';

/** Who put a policy in force, and why. */
export interface Authorship {
  readonly actor: Actor;
  readonly reason: string;
  readonly acceptedBy: string | null;
  readonly restores: number | null;
}

export interface PolicyHistory extends Pick<PolicyDocumentPort, 'history' | 'readRevision'> {
  /** Notes what is in force, unless it was already. */
  note(text: string, author: Authorship | undefined): Promise<PolicyRevision>;
  /** Number and tag of what is in force. */
  readonly inForce: Pick<PolicyRevision, 'number' | 'tag'> | undefined;
  /** The tag of a revision. */
  tagOf(number: number): Promise<string | undefined>;
}

export interface PolicyHistoryOptions {
  readonly tenant: string;
  readonly nowMs: () => number;
  readonly policies: () => PolicyStore | undefined;
}

export const STARTING: { readonly ok: false; readonly error: AdminProblem } = fail({
  code: 'unavailable',
  detail: 'The gateway is starting; try again.',
});

export function createPolicyHistory({ tenant, nowMs, policies }: PolicyHistoryOptions): PolicyHistory {
  let inForce: PolicyRevision | undefined;
  const last = async (store: PolicyStore): Promise<PolicyRevision | undefined> =>
    (await store.revisions({ tenant, limit: 1, before: undefined }))[0];
  const textOf = async (store: PolicyStore, number: number): Promise<string> => (await store.revision(tenant, number))?.text ?? '';
  const toView = ({ tenant: _tenant, number, atMs, added, removed, changed, ...revision }: PolicyRevision): PolicyRevisionView => ({
    ...revision,
    revision: number,
    at: new Date(atMs).toISOString(),
    rules: { added, removed, changed },
    inForce: number === inForce?.number,
  });

  return {
    get inForce() {
      return inForce;
    },
    note: async (text, author) => {
      const store = policies();
      if (store === undefined) throw new Error('the store is not open');
      const tag = tagOf(text);
      const before = await last(store);
      if (before?.tag === tag) return (inForce = before);
      const was = before === undefined ? '' : await textOf(store, before.number);
      const { rules } = compareOutlines(outlinePolicy(was), outlinePolicy(text));
      const count = (kind: string): number => rules.filter(({ change }) => change === kind).length;
      inForce = await store.addRevision(
        {
          tenant,
          atMs: nowMs(),
          by: author?.actor.by ?? null,
          via: author?.actor.via ?? 'file',
          reason: author?.reason ?? '',
          acceptedBy: author?.acceptedBy ?? null,
          restores: author?.restores ?? null,
          tag,
          added: count('added'),
          removed: count('removed'),
          changed: count('changed') + count('moved'),
        },
        text,
      );
      return inForce;
    },
    tagOf: async (number) => (await policies()?.revision(tenant, number))?.tag,
    history: async ({ limit, cursor }) => {
      const store = policies();
      if (store === undefined) return STARTING;
      const before = readNumber(cursor);
      if (!before.ok) return before;
      const rows = await store.revisions({ tenant, limit: limit + 1, before: before.value });
      const shown = rows.slice(0, limit);
      return ok({ revisions: shown.map(toView), next: rows.length > limit ? String(shown.at(-1)?.number) : null });
    },
    readRevision: async (revision) => {
      const store = policies();
      if (store === undefined) return STARTING;
      const found = /^\d{1,15}$/.test(revision) ? await store.revision(tenant, Number(revision)) : undefined;
      if (found === undefined)
        return fail({
          code: 'revision_unknown',
          detail: `There is no revision ${revision} of the policy, or it is so old that it was forgotten.`,
        });
      const { text, ...row } = found;
      const before = await store.revision(tenant, found.number - 1);
      return ok({ ...toView(row), text, before: before?.number ?? null, diff: toDiff(before?.text ?? '', text) });
    },
  };
}

/** Two texts, line by line. */
export function toDiff(before: string, after: string): DiffLineView[] {
  return diffLines(linesOf(before), linesOf(after)).map((line) => ({ ...line }));
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

function readNumber(cursor: string | undefined): Result<number | undefined, AdminProblem> {
  if (cursor === undefined) return ok(undefined);
  return /^\d{1,15}$/.test(cursor) ? ok(Number(cursor)) : fail({ code: 'malformed', detail: 'This cursor was not given out here.' });
}
