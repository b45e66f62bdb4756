// What people type about agents, and choose for them and their keys.

import type { AgentView } from '../../api/contract.ts';

/** How long a key works: as it is chosen, as a command says it, in days. */
export const LASTINGS = [
  { value: '30d', label: '30 days', days: 30 },
  { value: '90d', label: '90 days', days: 90 },
  { value: '365d', label: 'A year', days: 365 },
  { value: 'never', label: 'Until it is revoked', days: null },
] as const;

/** One of them. */
export type Lasting = (typeof LASTINGS)[number]['value'];

/** Whose calls go first where there are more than can be carried. */
export const PRIORITIES = [
  { value: 'critical', label: 'Critical: first' },
  { value: 'interactive', label: 'Interactive: as most are' },
  { value: 'batch', label: 'Batch: last' },
] as const satisfies readonly { readonly value: AgentView['priority']; readonly label: string }[];

const DAY_MS = 86_400_000;

/** When a key ends that is issued now; null: never. */
export function expiryOf(lasting: Lasting, nowMs: number): string | null {
  const days = LASTINGS.find(({ value }) => value === lasting)?.days ?? null;
  return days === null ? null : new Date(nowMs + days * DAY_MS).toISOString();
}

/** The same for a command; undefined: never. */
export function expiresOf(lasting: Lasting): string | undefined {
  return lasting === 'never' ? undefined : lasting;
}

/** Groups as somebody types them: with commas or spaces between. */
export function readGroups(text: string): readonly string[] {
  return [...new Set(text.split(/[\s,]+/).filter((word) => word !== ''))];
}

/** Attributes as somebody types them, one `NAME=VALUE` on a line; a line that is none is said. */
export function readAttributes(text: string): {
  readonly attributes: Readonly<Record<string, string>>;
  readonly wrong: string | undefined;
} {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const wrong = lines.find((line) => !/^[^=]+=/.test(line));
  const pairs = lines
    .filter((line) => line.includes('='))
    .map((line) => [line.slice(0, line.indexOf('=')).trim(), line.slice(line.indexOf('=') + 1).trim()] as const);
  return { attributes: Object.fromEntries(pairs), wrong };
}

/** The other way round. */
export function writeAttributes(attributes: Readonly<Record<string, string>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');
}

/** What a program that speaks MCP is told so that it comes to the gateway, in the form most of them read. */
export function clientConfig(url: string, key: string): string {
  return JSON.stringify({ mcpServers: { sallyport: { type: 'http', url, headers: { Authorization: `Bearer ${key}` } } } }, undefined, 2);
}
