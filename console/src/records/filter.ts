// Which part of the record somebody wants: as it stands in the address of the page, as the API is asked for it, and as a command says it.

import type { RecordView } from '../api/contract.ts';

/** What the record can be searched by; empty members are left out of addresses, questions and commands. */
export interface RecordFilter {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly kind?: string | undefined;
  readonly id?: string | undefined;
  readonly agent?: string | undefined;
  readonly subject?: string | undefined;
  readonly server?: string | undefined;
  readonly tool?: string | undefined;
  readonly rule?: string | undefined;
  readonly verdict?: string | undefined;
  readonly status?: string | undefined;
  readonly finding?: string | undefined;
  readonly order?: string | undefined;
}

/** Members in the order in which commands and chips have them. */
export const FILTER_MEMBERS = [
  'from',
  'to',
  'kind',
  'verdict',
  'status',
  'agent',
  'subject',
  'server',
  'tool',
  'rule',
  'finding',
  'id',
] as const satisfies readonly (keyof RecordFilter)[];

/** Members that a person types into a field of their own. */
export type FilterMember = (typeof FILTER_MEMBERS)[number];

/** Times that can be chosen by how long ago they are; everything else is a time in UTC. */
const AGO = /^(\d{1,4})([mhdw])$/;
const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Reads what stands behind the question mark of the page: of it only what a filter has. */
export function readFilter(search: Readonly<Record<string, unknown>>): RecordFilter {
  const members = [...FILTER_MEMBERS, 'order'] as const;
  return Object.fromEntries(
    members.flatMap((member) => {
      const value = search[member];
      const text = typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
      return text === '' ? [] : [[member, text]];
    }),
  );
}

/** As the API takes it: times that are so long ago become times. They are rounded to minutes, so that the same page asks the same question. */
export function toQuery(filter: RecordFilter, nowMs: number): RecordFilter {
  const { from, to, ...rest } = filter;
  return { ...rest, ...(from === undefined ? {} : { from: toTime(from, nowMs) }), ...(to === undefined ? {} : { to: toTime(to, nowMs) }) };
}

/** A time as the API takes it: `24h` is so long ago, a day is its beginning. */
export function toTime(text: string, nowMs: number): string {
  const ago = AGO.exec(text);
  if (ago === null) return /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text;
  const back = Number(ago[1]) * (UNIT_MS[ago[2] ?? ''] ?? 0);
  return new Date(Math.floor((nowMs - back) / 60_000) * 60_000).toISOString();
}

/** The words of a command that asks the same. */
export function toOptions(filter: RecordFilter): readonly string[] {
  const order = filter.order === 'oldest' ? ['--sort', 'oldest'] : [];
  return [
    ...FILTER_MEMBERS.flatMap((member) => {
      const value = filter[member];
      if (value === undefined || value === '') return [];
      // A command takes one kind at a time.
      if (member === 'kind') return value.split(',').flatMap((kind) => ['--kind', kind]);
      return [`--${member}`, value];
    }),
    ...order,
  ];
}

/** What was called, in words: a tool, a prompt, a resource, or the method. */
export function targetOf({ tool, prompt, resource, method, target, action }: RecordView): string {
  return tool ?? prompt ?? resource ?? target ?? method ?? action ?? '';
}
