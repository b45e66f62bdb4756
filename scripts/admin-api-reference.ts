// docs/reference/admin-api.md: every endpoint of the admin API, from the document that clients get, so that both say the same.

import { API_PREFIX, ENDPOINTS } from '../src/admin/contract.ts';
import type { EndpointName } from '../src/admin/contract.ts';
import { openApiDocument, RIGHTS, ROLES, SIGHTS } from '../src/admin/index.ts';

type Node = Readonly<Record<string, unknown>>;

const MAX_DEPTH = 4;
const DOCUMENT = toNode(openApiDocument());
const SHARED = toNode(toNode(DOCUMENT['components'])['schemas']);

const START = `Generated from the source; do not edit. [The admin API](../admin-api.md) says how requests are made, and what they have in common;
\`GET ${API_PREFIX}/openapi.json\` gives the same as an OpenAPI 3.1 document, which is also at [docs/openapi.json](../openapi.json).

All paths are below \`${API_PREFIX}\`. What is refused is answered with \`application/problem+json\`.`;

/** The page, in Markdown. */
export function renderAdminApiReference(): string {
  const document = DOCUMENT;
  const tags = listOf(document['tags']).map((tag) => String(toNode(tag)['name']));
  const operations = Object.entries(toNode(document['paths'])).flatMap(([path, methods]) =>
    Object.entries(toNode(methods)).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation: toNode(operation) })),
  );
  const parts = [
    '# Admin API: endpoints',
    START,
    '## Who may use what',
    'Whoever may use the socket in the data folder may use all of it. Whoever is signed in may use what their role says:',
    renderRights(),
    `What the program of a server said, which may hold a secret, is in answers for ${SIGHTS.programWords.join(' and ')} only; the others are told that it said something.`,
    ...tags.flatMap((tag) => [
      `## ${tag}`,
      ...operations.filter(({ operation }) => listOf(operation['tags']).includes(tag)).flatMap(renderOperation),
    ]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function renderRights(): string {
  const rows = (Object.keys(ENDPOINTS) as EndpointName[]).map((name) => {
    const { method, path } = ENDPOINTS[name];
    const marks = ROLES.map((role) => (RIGHTS[name].includes(role) ? '✓' : ''));
    return `| ${method} \`${path}\` | ${marks.join(' | ')} |`;
  });
  return [`| endpoint | ${ROLES.join(' | ')} |`, `|---|${ROLES.map(() => '---|').join('')}`, ...rows].join('\n');
}

interface Operation {
  readonly path: string;
  readonly method: string;
  readonly operation: Node;
}

function renderOperation({ path, method, operation }: Operation): readonly string[] {
  const parameters = listOf(operation['parameters']).map(toNode);
  const inQuery = parameters.filter((one) => one['in'] === 'query');
  const body = toNode(toNode(operation['requestBody'])['content'])['application/json'];
  const [status = '', response] = Object.entries(toNode(operation['responses']))[0] ?? [];
  return [
    `### ${method} ${path}`,
    `${String(operation['summary'])}.${sayMore(operation, parameters)}`,
    ...(inQuery.length === 0 ? [] : ['Behind the question mark:', tableOf(inQuery.flatMap(parameterRow))]),
    ...(body === undefined ? [] : ['Body:', tableOf(rowsOf(toNode(toNode(body)['schema']), '', MAX_DEPTH))]),
    ...renderAnswer(status, toNode(response)),
  ];
}

function sayMore(operation: Node, parameters: readonly Node[]): string {
  const act = operation['x-act'];
  const takesMatch = parameters.some(({ name }) => name === 'If-Match');
  return [typeof act === 'string' ? ` On record as \`${act}\`.` : '', takesMatch ? ' Takes `If-Match`.' : ''].join('');
}

function parameterRow(parameter: Node): readonly Row[] {
  const { name, required, description, schema } = parameter;
  return [{ name: String(name), type: typeOf(toNode(schema)), isNeeded: required === true, description }];
}

function renderAnswer(status: string, response: Node): readonly string[] {
  const content = toNode(response['content']);
  if ('*/*' in content) return [`Answer: ${status}, a file.`];
  const events = toNode(content['text/event-stream'])['x-event'];
  const schema = toNode(events ?? toNode(content['application/json'])['schema']);
  const rows = rowsOf(schema, '', MAX_DEPTH);
  const what = events === undefined ? '' : ', server-sent events, each of which is';
  return rows.length === 0 ? [`Answer: ${status}${what}, ${typeOf(schema)}.`] : [`Answer: ${status}${what}`, tableOf(rows)];
}

interface Row {
  readonly name: string;
  readonly type: string;
  readonly isNeeded: boolean;
  readonly description: unknown;
}

/** Members, and members of members: `agents[].keys[].id`. */
function rowsOf(given: Node, prefix: string, depth: number): readonly Row[] {
  const schema = resolve(given);
  const required = listOf(schema['required']);
  const own = Object.entries(toNode(schema['properties'])).flatMap(([name, value]) => {
    const property = resolve(toNode(value));
    const at = `${prefix}${name}`;
    const row = { name: at, type: typeOf(property), isNeeded: required.includes(name), description: property['description'] };
    return depth === 0 ? [row] : [row, ...innerOf(property, at, depth - 1)];
  });
  const forms = listOf(schema['anyOf'] ?? schema['oneOf']).map(toNode);
  return [...own, ...(own.length > 0 ? [] : forms.flatMap((form) => rowsOf(form, prefix, depth)))];
}

function innerOf(property: Node, at: string, depth: number): readonly Row[] {
  if (property['type'] === 'array') return rowsOf(toNode(property['items']), `${at}[].`, depth);
  return rowsOf(property, `${at}.`, depth);
}

function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ name, type, isNeeded, description }) =>
      `| \`${name}\` | ${type}${isNeeded ? '' : ', may be absent'} | ${typeof description === 'string' ? cell(description) : ''} |`,
  );
  return ['| member | type | what it is |', '|---|---|---|', ...lines].join('\n');
}

function typeOf(given: Node): string {
  if (holdsItself(given)) return 'any JSON value';
  const node = resolve(given);
  const { type, format } = node;
  if ('const' in node) return code(node['const']);
  if ('enum' in node) return listOf(node['enum']).map(code).join(', ');
  const forms = listOf(node['anyOf'] ?? node['oneOf']);
  if (forms.length > 0) return [...new Set(forms.map((form) => typeOf(toNode(form))))].join(' or ');
  if (type === 'integer') return 'whole number';
  if (type === 'array') return `list of ${typeOf(toNode(node['items']))}`;
  if (type === 'string') return format === 'date-time' ? 'time' : 'text';
  if (type === 'object') return 'object';
  return typeof type === 'string' ? type : 'anything';
}

/** What is said once and referred to; what is said beside the reference counts. */
function resolve(node: Node): Node {
  const { $ref, ...own } = node;
  return typeof $ref !== 'string' || holdsItself(node) ? node : { ...toNode(SHARED[$ref.slice($ref.lastIndexOf('/') + 1)]), ...own };
}

/** Only values of any depth are made like this. */
function holdsItself({ $ref }: Node): boolean {
  return typeof $ref === 'string' && $ref.includes('__schema');
}

function code(value: unknown): string {
  return `\`${cell(typeof value === 'string' ? value : JSON.stringify(value))}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function toNode(value: unknown): Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
