// docs/reference/config.md: what each part of sallyport.yaml is for, in words, and every key in tables made from the schemas that read the
// config. The tables name each key of the schema; a test counts them.

import { stringify } from 'yaml';
import { configJsonSchema } from '../src/config/index.ts';
import {
  ADMIN,
  AUDIT,
  INSPECTION,
  LIMITS,
  LISTENERS,
  METRICS,
  POLICY,
  ROUTES,
  SERVERS,
  START,
  TELEMETRY,
  VALUES,
} from './config-reference-text.ts';

type Node = Readonly<Record<string, unknown>>;

/** The page, in Markdown. */
export function renderConfigReference(): string {
  const root = toNode(configJsonSchema());
  const listener = shapeWith(member(root, 'listen'), 'trustedProxies');
  const entry = toNode(member(root, 'servers')['additionalProperties']);
  const program = shapeWith(entry, 'command');
  const address = shapeWith(entry, 'url');
  const rules = shapeWith(member(root, 'policy'), 'rules');
  const inspection = member(root, 'inspection');
  const audit = member(root, 'audit');
  const admin = member(root, 'admin');
  const telemetry = member(root, 'telemetry');
  const parts = [
    '# sallyport.yaml',
    'Generated from the source; do not edit.',
    START,
    table('', root),
    '## `listen`: where agents reach the gateway',
    LISTENERS,
    table('listen.', listener),
    '`listen.tls` with the files of a certificate:',
    table('listen.tls.', shapeWith(member(listener, 'tls'), 'certificate')),
    '## `metrics`, and how its health is asked for',
    METRICS,
    table('metrics.', member(root, 'metrics')),
    '## `telemetry`: where metrics and traces are sent',
    TELEMETRY,
    table('telemetry.', telemetry),
    ...nested('telemetry.', telemetry),
    '## `admin`: the console and the admin API',
    ADMIN,
    table('admin.', admin),
    ...nested('admin.', admin),
    '## `servers`: what is behind the gateway',
    SERVERS,
    'A program, over its stdin and stdout:',
    table('servers.<name>.', program),
    'A server over Streamable HTTP:',
    table('servers.<name>.', address),
    table('servers.<name>.tls.', member(address, 'tls')),
    'Of both:',
    ...nested('servers.<name>.', program),
    '### Values and secrets',
    VALUES,
    'In place of a value in `env` or `headers`:',
    table('', shapeWith(toNode(member(program, 'env')['additionalProperties']), 'env')),
    table('', shapeWith(toNode(member(program, 'env')['additionalProperties']), 'file')),
    '## `routes`: several servers as one',
    ROUTES,
    table('routes.<path>.', toNode(member(root, 'routes')['additionalProperties'])),
    '## `policy`: who may use what',
    POLICY,
    table('policy.', rules),
    table('policy.', shapeWith(member(root, 'policy'), 'file')),
    'A rule:',
    table('policy.rules[].', itemsOf(rules, 'rules')),
    ...nested('policy.rules[].', itemsOf(rules, 'rules')),
    ...nested('policy.', rules),
    '## `inspection`: what is looked for, and what is done about it',
    INSPECTION,
    table('inspection.', inspection),
    'A line of `actions`:',
    table('inspection.actions[].', itemsOf(inspection, 'actions')),
    'A detector:',
    table('inspection.detectors[].', itemsOf(inspection, 'detectors')),
    'Where tokens are turned back:',
    table('inspection.reveal[].', itemsOf(inspection, 'reveal')),
    '## `audit`: what the record keeps, for how long, and who can check it',
    AUDIT,
    table('audit.', audit),
    ...nested('audit.', audit),
    '## `limits`: every cap and wait',
    LIMITS,
    table('limits.', member(root, 'limits')),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** Tables of the mappings inside a mapping, each behind its name. */
function nested(prefix: string, shape: Node): readonly string[] {
  return Object.entries(toNode(shape['properties'])).flatMap(([key, value]) => {
    const inner = innerShape(toNode(value));
    // What values are made of is told by itself.
    if (inner === undefined || key === 'env' || key === 'headers') return [];
    const at = `${prefix}${key}.${inner.isNamed ? '<name>.' : ''}`;
    return [`\`${at.slice(0, -1)}\`:`, table(at, inner.shape), ...nested(at, inner.shape)];
  });
}

/** The mapping with keys of its own that a value may be, or that its values may be. */
function innerShape(node: Node): { readonly shape: Node; readonly isNamed: boolean } | undefined {
  if (isShape(node)) return { shape: node, isNamed: false };
  const values = node['additionalProperties'];
  if (typeof values === 'object' && values !== null && isShape(toNode(values))) return { shape: toNode(values), isNamed: true };
  for (const form of listOf(node['anyOf']).map(toNode)) if (isShape(form)) return { shape: form, isNamed: false };
  return undefined;
}

function table(prefix: string, shape: Node): string {
  const { required } = shape;
  const rows = Object.entries(toNode(shape['properties'])).map(([key, value]) => {
    const property = toNode(value);
    const needed = Array.isArray(required) && required.includes(key);
    const { description } = property;
    const [example] = listOf(property['examples']);
    const fallback = needed ? 'required' : code(isShape(property) ? undefined : property['default']);
    return `| \`${prefix}${key}\` | ${typeOf(property)} | ${fallback} | ${typeof description === 'string' ? cell(description) : ''} | ${code(example)} |`;
  });
  return ['| key | type | default | what it is | example |', '|---|---|---|---|---|', ...rows].join('\n');
}

/** What the entries of a list look like. */
function itemsOf(node: Node, key: string): Node {
  return toNode(member(node, key)['items']);
}

function typeOf(node: Node): string {
  const { type, minimum, maximum } = node;
  if ('const' in node) return code(node['const']);
  if ('enum' in node) return listOf(node['enum']).map(code).join(', ');
  if ('anyOf' in node) return [...new Set(listOf(node['anyOf']).map((form) => typeOf(toNode(form))))].join(' or ');
  if (type === 'integer') return `whole number, ${String(minimum)} to ${String(maximum)}`;
  if (type === 'array') return `list of ${typeOf(toNode(node['items']))}`;
  if (type === 'string') return 'text';
  const inner = node['additionalProperties'];
  return isShape(node) || typeof inner !== 'object' ? 'mapping' : `mapping to ${typeOf(toNode(inner))}`;
}

/** Whether a mapping has keys of its own, and with them defaults of their own. */
function isShape(node: Node): boolean {
  return typeof node['properties'] === 'object';
}

/** Of the forms a value may have, the mapping that has a key. A page that leaves a form out would pass for whole. */
function shapeWith(node: Node, key: string): Node {
  for (const form of [node, ...listOf(node['anyOf']).map(toNode)]) {
    if (isShape(form) && key in toNode(form['properties'])) return form;
  }
  throw new Error(`no form of the schema has the key ${key}`);
}

function member(shape: Node, key: string): Node {
  return toNode(toNode(shape['properties'])[key]);
}

function toNode(value: unknown): Node {
  if (typeof value !== 'object' || value === null) throw new Error('the schema of the config is not of the form that is known here');
  return { ...value };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A value as it is written in the config, on one line. */
function code(value: unknown): string {
  if (value === undefined) return '–';
  const flow = stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim();
  return `\`${cell(flow.replaceAll('[ ', '[').replaceAll(' ]', ']'))}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
