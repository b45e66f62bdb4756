// What is withheld, told so that a person can decide: what it says against what is approved, since when, and what it may be mistaken for.

import type { AdminPorts, CatalogueView, WithheldView } from '../admin/index.ts';
import { fail, ok } from '../base/index.ts';
import type { SeenDefinition } from '../cluster/index.ts';
import { parseJson } from '../mcp/index.ts';
import type { JsonValue } from '../mcp/index.ts';
import { diffDefinitions, printChanges, toSkeleton } from '../tools/index.ts';
import type { CatalogueAuthority } from './catalogue-authority.ts';

/** Names longer than this are compared by their beginning: a skeleton is for what a person takes in at a glance. */
const MAX_GLANCE_CHARS = 128;

/** The catalogue as the admin API has it. Before control has read what is approved, it has none. */
export function createCataloguePort(authority: () => CatalogueAuthority | undefined): AdminPorts['catalogue'] {
  const unavailable = fail({ code: 'unavailable', detail: 'The gateway is starting; try again.' } as const);
  return {
    withheld: async () => {
      const known = authority();
      return known === undefined ? unavailable : ok(await review(known));
    },
    decide: async ({ server, decision, name, kind, serverVersion }) => {
      const known = authority();
      if (known === undefined) return unavailable;
      const decided = await known.decide({
        server,
        decision,
        name: name ?? undefined,
        kind: kind ?? undefined,
        serverVersion: serverVersion ?? undefined,
      });
      return ok({ decided: decided.map(({ kind: which, name: called, fingerprint }) => ({ kind: which, name: called, fingerprint })) });
    },
  };
}

async function review(authority: CatalogueAuthority): Promise<CatalogueView> {
  const catalogues = authority.all();
  const faults = catalogues.flatMap(({ server, fault }) => (fault === undefined ? [] : [{ server, fault }]));
  const approved = Map.groupBy(
    catalogues.flatMap(({ server, pins }) => (pins?.pins ?? []).map(({ kind, name }) => ({ server, kind, name, look: lookOf(name) }))),
    ({ look }) => look,
  );
  const withheld: WithheldView[] = [];
  for (const { server, withheld: items } of catalogues) {
    if (items.length === 0) continue;
    const rows = await authority.seen(server);
    for (const { kind, name, fingerprint } of items) {
      const shapes = rows.filter((row) => row.kind === kind && row.name === name);
      const row = shapes.find((one) => one.fingerprint === fingerprint);
      if (row === undefined) continue;
      const before = shapes.findLast((one) => one.state === 'pinned');
      const alike = (approved.get(lookOf(name)) ?? []).filter((one) => one.kind === kind && (one.server !== server || one.name !== name));
      withheld.push({
        server,
        kind,
        name,
        fingerprint,
        change: row.state === 'rejected' ? 'rejected' : before === undefined ? 'new' : 'changed',
        since: row.firstSeen,
        serverVersion: row.serverVersion,
        diff: [...printChanges(diffDefinitions(before === undefined ? {} : valueOf(before), valueOf(row)))],
        looksLike: alike.map((one) => `${one.server}/${one.name}`),
      });
    }
  }
  return { faults, withheld };
}

function lookOf(name: string): string {
  return toSkeleton(name.slice(0, MAX_GLANCE_CHARS).toLowerCase());
}

function valueOf({ definition }: SeenDefinition): JsonValue {
  const parsed = parseJson(Buffer.from(definition));
  return parsed.ok ? parsed.value.value : null;
}
