// The contract as an OpenAPI 3.1 document, for clients of other languages and for whoever reads it. It says nothing that the contract does not: both come
// from the same table.

import * as z from 'zod';
import { API_PREFIX, CSRF_HEADER, ENDPOINTS } from './contract.ts';
import type { EndpointName } from './contract.ts';
import type { Endpoint } from './endpoint.ts';
import { PROBLEMS } from './problems.ts';
import { shareSchemas } from './openapi-shared.ts';
import { RIGHTS } from './roles.ts';

/** A JSON object of the document. */
export type Json = Readonly<Record<string, unknown>>;
/** An OpenAPI document, as far as anybody here looks into it. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly [member: string]: unknown;
}

const NAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._@-]{0,62}$';

let made: OpenApiDocument | undefined;

/** The document. The same each time: it is made once. */
export function openApiDocument(): OpenApiDocument {
  return (made ??= build());
}

function build(): OpenApiDocument {
  const shared = new Map<string, unknown>([['Problem', PROBLEM]]);
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [name, endpoint] of Object.entries<Endpoint>(ENDPOINTS)) {
    const operations = (paths[endpoint.path] ??= {});
    operations[endpoint.method.toLowerCase()] = operationOf(name as EndpointName, endpoint, createSchemas(name, shared));
  }
  const said = shareSchemas(paths);
  return {
    openapi: '3.1.1',
    info: {
      title: 'Sallyport admin API',
      version: '1',
      description:
        'How a Sallyport gateway is changed and asked about while it runs. The console uses it by a session; commands use it by a socket in the data folder.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: API_PREFIX }],
    security: [{ session: [] }, { sessionOverHttp: [] }, { socket: [] }],
    tags: [...new Set(Object.values(ENDPOINTS).map(({ path }) => tagOf(path)))].map((name) => ({ name })),
    paths: said.paths,
    components: {
      schemas: { ...Object.fromEntries(shared), ...said.shared },
      responses: { Problem: PROBLEM_RESPONSE },
      securitySchemes: SECURITY,
    },
  };
}

const SECURITY: Json = {
  session: { type: 'apiKey', in: 'cookie', name: '__Host-sallyport', description: 'The session of a browser, over TLS.' },
  sessionOverHttp: { type: 'apiKey', in: 'cookie', name: 'sallyport-session', description: 'The same on loopback without TLS.' },
  socket: { type: 'http', scheme: 'bearer', description: 'On run/admin.sock of the data folder only: the token that stands beside it.' },
};

const PROBLEM: Json = {
  type: 'object',
  description: 'Why something was not done (RFC 9457). Programs read `code`.',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What is wrong and what to do.' },
    code: { type: 'string', enum: Object.keys(PROBLEMS) },
    problems: {
      type: 'array',
      description: 'Where a refused config is wrong.',
      items: {
        type: 'object',
        required: ['file', 'line', 'message'],
        properties: { file: { type: 'string' }, line: { type: 'integer' }, message: { type: 'string' } },
      },
    },
  },
};

const PROBLEM_RESPONSE: Json = {
  description: 'It was not done.',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

function operationOf(name: EndpointName, endpoint: Endpoint, toSchema: ToSchema): Json {
  const { method, path, summary, request, status, versioned, act } = endpoint;
  const roles = RIGHTS[name];
  const parameters = [...pathParameters(path), ...queryParameters(endpoint, toSchema), ...headerParameters(name, endpoint)];
  return {
    operationId: name,
    tags: [tagOf(path)],
    summary,
    ...(name === 'signIn' ? { security: [] } : {}),
    'x-roles': [...roles],
    ...(act === undefined ? {} : { 'x-act': act.action }),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(request === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: toSchema(request, 'input') } } } }),
    responses: {
      [status]: {
        description: summary,
        ...(versioned && method === 'GET' ? { headers: { ETag: { schema: { type: 'string' } } } } : {}),
        content: contentOf(endpoint, toSchema),
      },
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

function contentOf({ form, response }: Endpoint, toSchema: ToSchema): Json {
  if (form === 'download') return { '*/*': {} };
  const schema = toSchema(response, 'output');
  return form === 'events'
    ? { 'text/event-stream': { schema: { type: 'string' }, 'x-event': schema } }
    : { 'application/json': { schema } };
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/\{([a-z]+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', pattern: NAME_PATTERN },
  }));
}

function queryParameters({ query, dryRun }: Endpoint, toSchema: ToSchema): Json[] {
  const dry = { name: 'dryRun', in: 'query', description: 'Everything is checked, and nothing done.', schema: { type: 'boolean' } };
  return [...(query === undefined ? [] : membersOf(query, toSchema)), ...(dryRun === true ? [dry] : [])];
}

/** What a text is made into says more than that it is one; where that cannot be said, what may be sent does. */
function membersOf(query: z.ZodType, toSchema: ToSchema): Json[] {
  const sent = toSchema(query, 'input');
  const made = propertiesOf(toSchema(query, 'output'));
  const required = Array.isArray(sent['required']) ? sent['required'] : [];
  return Object.entries(propertiesOf(sent)).map(([name, asSent]) => {
    const asMade = made[name];
    const { description, ...schema } = asMade !== undefined && ('type' in asMade || 'enum' in asMade) ? asMade : asSent;
    return {
      name,
      in: 'query',
      ...(required.includes(name) ? { required: true } : {}),
      ...(description === undefined ? {} : { description }),
      schema,
    };
  });
}

function propertiesOf(schema: Json): Readonly<Record<string, Json>> {
  const { properties } = schema;
  return typeof properties === 'object' && properties !== null ? (properties as Readonly<Record<string, Json>>) : {};
}

function headerParameters(name: EndpointName, { method, versioned }: Endpoint): Json[] {
  if (method === 'GET') return [];
  const ifMatch = {
    name: 'If-Match',
    in: 'header',
    description: 'ETag of what was seen: refused when somebody changed it in between.',
    schema: { type: 'string' },
  };
  const csrf = { name: CSRF_HEADER, in: 'header', description: '`csrf` of the session; needed with a cookie.', schema: { type: 'string' } };
  return [...(versioned ? [ifMatch] : []), ...(name === 'signIn' ? [] : [csrf])];
}

function tagOf(path: string): string {
  return path.split('/')[1]?.replace(/\.json$/, '') ?? '';
}

type ToSchema = (schema: z.ZodType, io: 'input' | 'output') => Json;

/** Schemas of one operation. What a schema refers to, since it holds itself, goes to those that are shared: in the document nothing else has a place of its own. */
function createSchemas(operation: string, shared: Map<string, unknown>): ToSchema {
  return (schema, io) => {
    const made = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' });
    const text = JSON.stringify(made).replaceAll('"#/$defs/', `"#/components/schemas/${operation}.${io}.`);
    // `$schema` is said by OpenAPI for the whole document.
    const { $schema: _, $defs, ...rest } = JSON.parse(text) as Record<string, unknown>;
    for (const [name, definition] of Object.entries($defs ?? {})) shared.set(`${operation}.${io}.${name}`, definition);
    return rest;
  };
}
