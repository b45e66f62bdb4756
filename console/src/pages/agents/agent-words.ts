// What people type about agents, and the same as commands.

import { commandLine } from '../../ui/command-line.ts';

/** How long a key works: as it is chosen, as a command says it, in days. */
export const LASTINGS = [
  { value: '30d', label: '30 days', days: 30 },
  { value: '90d', label: '90 days', days: 90 },
  { value: '365d', label: 'A year', days: 365 },
  { value: 'never', label: 'Until it is revoked', days: null },
] as const;

/** One of them. */
export type Lasting = (typeof LASTINGS)[number]['value'];

const DAY_MS = 86_400_000;

/** When a key ends that is issued now; null: never. */
export function expiryOf(lasting: Lasting, nowMs: number): string | null {
  const days = LASTINGS.find(({ value }) => value === lasting)?.days ?? null;
  return days === null ? null : new Date(nowMs + days * DAY_MS).toISOString();
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

/** `sallyport agents add …`. */
export function addCommand(input: {
  readonly name: string;
  readonly groups: readonly string[];
  readonly label: string;
  readonly lasting: Lasting;
  readonly hasKey: boolean;
}): string {
  const key = input.hasKey ? keyOptions(input.label, input.lasting) : ['--no-key'];
  return commandLine(
    'agents',
    'add',
    input.name === '' ? 'NAME' : input.name,
    ...input.groups.flatMap((group) => ['--group', group]),
    ...key,
  );
}

/** `sallyport agents key …`. */
export function keyCommand(agent: string, label: string, lasting: Lasting): string {
  return commandLine('agents', 'key', agent, ...keyOptions(label, lasting));
}

/** `sallyport agents set …`. */
export function setCommand(agent: string, groups: readonly string[], attributes: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(attributes);
  return commandLine(
    'agents',
    'set',
    agent,
    ...(groups.length === 0 ? ['--no-groups'] : groups.flatMap((group) => ['--group', group])),
    ...(pairs.length === 0 ? ['--no-attributes'] : pairs.flatMap(([name, value]) => ['--attribute', `${name}=${value}`])),
  );
}

function keyOptions(label: string, lasting: Lasting): readonly string[] {
  return [...(label === '' ? [] : ['--label', label]), ...(lasting === 'never' ? [] : ['--expires', lasting])];
}

/** What a program that speaks MCP is told so that it comes to the gateway, in the form most of them read. */
export function clientConfig(url: string, key: string): string {
  return JSON.stringify({ mcpServers: { sallyport: { type: 'http', url, headers: { Authorization: `Bearer ${key}` } } } }, undefined, 2);
}
