// The admin API from the other end: the same ports, spoken over the socket. An answer that is not as the contract says is refused
// rather than guessed at, because the gateway on the socket may be of another version than this program.

import { request as httpRequest } from 'node:http';
import { dirname } from 'node:path';
import { statSync } from 'node:fs';
import type * as z from 'zod';
import { fail, ok } from '../base/index.ts';
import type { Result, Secret } from '../base/index.ts';
import type { ConfigProblem } from '../config/index.ts';
import { ACTOR_HEADER, API_PREFIX, APPROVER_HEADER, ENDPOINTS, VIA_HEADER } from './contract.ts';
import type { EndpointName, ResponseOf } from './contract.ts';
import type { AdminPorts } from './ports.ts';
import { isProblemCode } from './problems.ts';
import type { AdminProblem } from './problems.ts';
import { reachSocket } from './socket-path.ts';
import { readToken } from './token.ts';
import type { ReachableSocket } from './socket-path.ts';

/** A reload waits until every worker has the new config. */
const TIMEOUT_MS = 60_000;
/** Whoever pulls the kill switch does not wait for a control that hangs: there is another way. */
const HASTY: ReadonlySet<EndpointName> = new Set(['readLockdown', 'lockDown', 'liftLockdown']);
const HASTY_TIMEOUT_MS = 4_000;
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

interface Send<Name extends EndpointName> {
  readonly agent?: string;
  readonly operator?: string;
  readonly key?: string;
  readonly server?: string;
  readonly approval?: string;
  readonly proposal?: string;
  readonly revision?: string;
  readonly approver?: Secret | undefined;
  readonly expectedVersion?: number | undefined;
  /** The same where versions are no numbers. */
  readonly expectedTag?: string | undefined;
  readonly isDryRun?: boolean | undefined;
  /** What stands behind the question mark; what is undefined is left out. */
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: BodyOf<Name>;
}

/** Before it is checked: what has a default may be left out. */
type BodyOf<Name extends EndpointName> = (typeof ENDPOINTS)[Name]['request'] extends z.ZodType
  ? z.input<(typeof ENDPOINTS)[Name]['request']>
  : undefined;

interface Answer<Name extends EndpointName> {
  readonly value: ResponseOf<Name>;
  readonly version: number;
}

/** What changes something, and the command that shows whether it did. */
const SHOWN_BY: Partial<Record<EndpointName, string>> = {
  addAgent: 'agents list',
  changeAgent: 'agents list',
  removeAgent: 'agents list',
  addKey: 'agents list',
  revokeKeys: 'agents list',
  revokeKey: 'agents list',
  addOperator: 'operators list',
  changeOperator: 'operators list',
  removeOperator: 'operators list',
  endSessions: 'operators list',
  decideApprovals: 'approvals list --all',
  decideDefinitions: 'tools review',
  writePolicy: 'policy history',
  decideProposal: 'policy proposals --all',
  clearFlow: 'flow',
  lockDown: 'lockdown',
  liftLockdown: 'lockdown',
  eraseSubject: 'audit tail',
  addHold: 'audit hold list',
  liftHold: 'audit hold list',
  requestRelease: 'vault releases',
  decideRelease: 'vault releases',
  removeOld: 'audit tail',
  acceptLog: 'audit checkpoints',
  reload: 'status',
};

/** Who asks, for the record. */
export interface ClientOptions {
  readonly actor?: string;
  readonly via?: 'cli' | 'console';
}

/** Speaks to the gateway whose admin socket this is. Nothing is opened before the first question. */
export function createAdminClient(socketPath: string, options: ClientOptions = {}): AdminPorts {
  const ask = async <Name extends EndpointName>(name: Name, send: Send<Name>): Promise<Result<Answer<Name>, AdminProblem>> => {
    const answered = await exchange({ socketPath, ...options }, name, send);
    return answered.ok ? read(name, answered.value) : answered;
  };
  const value = async <Name extends EndpointName>(name: Name, send: Send<Name> = {}): Promise<Result<ResponseOf<Name>, AdminProblem>> => {
    const answered = await ask(name, send);
    return answered.ok ? ok(answered.value.value) : answered;
  };

  return {
    acts: { record: (body) => value('recordAct', { body }) },
    status: () => value('readStatus'),
    servers: async () => {
      const answered = await value('listServers');
      return answered.ok ? ok(answered.value.servers) : answered;
    },
    overview: {
      read: (window) => value('readOverview', { query: { window } }),
      capacity: () => value('readCapacity'),
      server: (server, window) => value('readServer', { server, query: { window } }),
      probe: (server) => value('probeServer', { server }),
    },
    reload: () => value('reload'),
    limits: () => value('readLimits'),
    catalogue: {
      withheld: (server) => (server === undefined ? value('readCatalogue') : value('readWithheld', { server })),
      approved: (server) => value('readApproved', { server }),
      lookAlikes: () => value('readLookAlikes'),
      decide: (body, how) => value('decideDefinitions', { body, isDryRun: how?.isDryRun }),
    },
    lockdown: {
      read: () => value('readLockdown'),
      lock: (body, write) => value('lockDown', { body, ...write }),
      lift: (body, write) => value('liftLockdown', { body, ...write }),
    },
    policy: {
      explain: (body) => value('explain', { body }),
      argumentTypes: (body) => value('readArgumentTypes', { body }),
      world: () => value('readWorld'),
    },
    policyDocument: {
      read: () => value('readPolicy'),
      write: (body, { who, isDryRun, expectedTag }) => value('writePolicy', { body, approver: who.key, isDryRun, expectedTag }),
      proposals: (query) => value('listProposals', { query: { ...query } }),
      readProposal: (proposal) => value('readProposal', { proposal }),
      decide: (proposal, body, who) => value('decideProposal', { proposal, body, approver: who.key }),
      history: (query) => value('listPolicyRevisions', { query: { ...query } }),
      readRevision: (revision) => value('readPolicyRevision', { revision }),
    },
    subjects: {
      find: (body, who) => value('findSubject', { body, approver: who?.key }),
      whois: (body, who) => value('whoIs', { body, approver: who?.key }),
      erase: (body, who) => value('eraseSubject', { body, approver: who?.key }),
      match: (body, who) => value('matchValue', { body, approver: who?.key }),
    },
    holds: {
      list: async () => {
        const answered = await value('listHolds');
        return answered.ok ? ok(answered.value.holds) : answered;
      },
      add: (body, { key }) => value('addHold', { body, approver: key }),
      lift: (body, { key }) => value('liftHold', { body, approver: key }),
    },
    vault: {
      list: async () => {
        const answered = await value('listReleases');
        return answered.ok ? ok(answered.value.releases) : answered;
      },
      request: (body, { key }) => value('requestRelease', { body, approver: key }),
      decide: (body, { key }) => value('decideRelease', { body, approver: key }),
      open: (body, { key }) => value('openRelease', { body, approver: key }),
    },
    removeOld: (body) => value('removeOld', { body }),
    checkpoints: {
      read: () => value('readCheckpoints'),
      accept: (body) => value('acceptLog', { body }),
    },
    flow: {
      read: () => value('readFlow'),
      clear: (body) => value('clearFlow', { body }),
    },
    approvals: {
      list: async (all) => {
        const answered = await value(all ? 'listAllApprovals' : 'listApprovals');
        return answered.ok ? ok(answered.value.approvals) : answered;
      },
      read: (approval) => value('readApproval', { approval }),
      decide: (body, { key }) => value('decideApprovals', { body, approver: key }),
    },
    operators: {
      list: async () => {
        const answered = await ask('listOperators', {});
        return answered.ok ? ok({ version: answered.value.version, operators: answered.value.value.operators }) : answered;
      },
      add: (body, write) => value('addOperator', { body, ...write }),
      change: (operator, body, write) => value('changeOperator', { operator, body, ...write }),
      remove: (operator, write) => value('removeOperator', { operator, ...write }),
      link: (operator) => value('makeLink', { operator }),
      endSessions: async (operator) => {
        const answered = await value('endSessions', { operator });
        return answered.ok ? ok(answered.value.ended) : answered;
      },
    },
    agents: {
      list: async () => {
        const answered = await ask('listAgents', {});
        return answered.ok ? ok({ version: answered.value.version, agents: answered.value.value.agents }) : answered;
      },
      add: (body, write) => value('addAgent', { body, ...write }),
      change: (agent, body, write) => value('changeAgent', { agent, body, ...write }),
      remove: (agent, write) => value('removeAgent', { agent, ...write }),
      addKey: (agent, body, write) => value('addKey', { agent, body, ...write }),
      revokeKeys: async (agent, key, write) => {
        const answered = await (key === undefined
          ? value('revokeKeys', { agent, ...write })
          : value('revokeKey', { agent, key, ...write }));
        return answered.ok ? ok(answered.value.revoked) : answered;
      },
    },
  };
}

/** What stands in the path of an endpoint. */
type Parameter = 'agent' | 'key' | 'operator' | 'server' | 'approval' | 'proposal' | 'revision';
const PARAMETER = /\{(agent|key|operator|server|approval|proposal|revision)\}/g;

interface RawAnswer {
  readonly status: number;
  readonly etag: string | undefined;
  readonly body: unknown;
}

function exchange<Name extends EndpointName>(
  { socketPath, actor, via }: ClientOptions & { readonly socketPath: string },
  name: Name,
  send: Send<Name>,
): Promise<Result<RawAnswer, AdminProblem>> {
  const { method, path } = ENDPOINTS[name];
  const timeoutMs = HASTY.has(name) ? HASTY_TIMEOUT_MS : TIMEOUT_MS;
  // Names with a character that needs escaping do not exist; escaping keeps one from becoming another path.
  const target = path.replace(PARAMETER, (_, part: Parameter) => encodeURIComponent(send[part] ?? ''));
  const body = send.body === undefined ? undefined : Buffer.from(JSON.stringify(send.body));
  const reached = reach(socketPath);
  if (!reached.ok) return Promise.resolve(reached);
  const { reachable, token } = reached.value;
  const expected = send.expectedTag ?? send.expectedVersion;
  const headers = {
    host: 'sallyport',
    authorization: `Bearer ${token}`,
    accept: 'application/json, application/problem+json',
    ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length }),
    ...(actor === undefined ? {} : { [ACTOR_HEADER]: actor }),
    ...(via === undefined ? {} : { [VIA_HEADER]: via }),
    ...(send.approver === undefined ? {} : { [APPROVER_HEADER]: send.approver.reveal() }),
    ...(expected === undefined ? {} : { 'if-match': `"${expected}"` }),
  };
  return new Promise<Result<RawAnswer, AdminProblem>>((resolve) => {
    const request = httpRequest({
      socketPath: reachable.path,
      method,
      path: API_PREFIX + target + toSearch({ ...send.query, ...(send.isDryRun === true ? { dryRun: 'true' } : {}) }),
      headers,
      agent: false,
      timeout: timeoutMs,
    });
    let isConnected = false;
    request.on('socket', (socket) => socket.once('connect', () => (isConnected = true)));
    request.on('timeout', () => request.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
    request.on('error', (error: NodeJS.ErrnoException) => {
      const shownBy = isConnected ? SHOWN_BY[name] : undefined;
      resolve(fail(shownBy === undefined ? explain(error, socketPath) : unsure(error, socketPath, shownBy)));
    });
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MAX_ANSWER_BYTES) request.destroy(new Error('the answer is too large'));
        chunks.push(chunk);
      });
      response.on('end', () => resolve(parse(response.statusCode ?? 0, response.headers.etag, Buffer.concat(chunks))));
    });
    request.end(body);
  }).finally(() => reachable.close());
}

function toSearch(query: Send<EndpointName>['query'] = {}): string {
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
  return search.size === 0 ? '' : `?${search.toString()}`;
}

/** A way to the socket, or why there is none. `existsSync` would not tell a folder that is not there from one that is closed to this user. */
function reach(socketPath: string): Result<{ readonly reachable: ReachableSocket; readonly token: string }, AdminProblem> {
  try {
    statSync(dirname(socketPath));
    const token = readToken(socketPath);
    if (token === undefined) return fail(notRunning(socketPath));
    return ok({ reachable: reachSocket(socketPath), token });
  } catch (error) {
    return fail(explain(error, socketPath));
  }
}

function explain(error: unknown, socketPath: string): AdminProblem {
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ECONNREFUSED':
      return notRunning(socketPath);
    case 'EACCES':
    case 'EPERM':
      return {
        code: 'data_forbidden',
        detail: `${socketPath} may not be opened by this user. Run the command as the user that runs the gateway.`,
      };
    default:
      return unreadable(`${socketPath} could not be asked: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

function parse(status: number, etag: string | undefined, bytes: Buffer): Result<RawAnswer, AdminProblem> {
  try {
    return ok({ status, etag, body: JSON.parse(bytes.toString()) });
  } catch {
    return fail(unreadable(`The gateway answered ${status} with something that is not JSON.`));
  }
}

function read<Name extends EndpointName>(name: Name, { status, etag, body }: RawAnswer): Result<Answer<Name>, AdminProblem> {
  if (status !== ENDPOINTS[name].status) return fail(readProblem(status, body));
  const parsed = ENDPOINTS[name].response.safeParse(body);
  if (!parsed.success) return fail(unreadable('The gateway answered in a form that this program does not know; their versions differ.'));
  return ok({ value: parsed.data as ResponseOf<Name>, version: Number(etag?.slice(1, -1) ?? 0) });
}

function readProblem(status: number, body: unknown): AdminProblem {
  if (typeof body !== 'object' || body === null || !('code' in body) || !isProblemCode(body.code)) {
    return unreadable(`The gateway answered ${status} in a form that this program does not know; their versions differ.`);
  }
  const detail = 'detail' in body && typeof body.detail === 'string' ? body.detail : '';
  const problems = 'problems' in body && Array.isArray(body.problems) ? body.problems.filter(isConfigProblem) : undefined;
  return { code: body.code, detail, ...(problems === undefined ? {} : { problems }) };
}

function isConfigProblem(value: unknown): value is ConfigProblem {
  return typeof value === 'object' && value !== null && 'file' in value && 'line' in value && 'message' in value;
}

function notRunning(socketPath: string): AdminProblem {
  return {
    code: 'gateway_not_running',
    detail: `Nothing answers at ${socketPath}: no gateway is running there, or its control process does not start (its log says why; workers may be serving). Start one with 'sallyport serve', or name its folder with --data.`,
  };
}

/** The request may have arrived: whoever does it once more may do it twice. */
function unsure(error: Error, socketPath: string, shownBy: string): AdminProblem {
  return {
    code: 'outcome_unknown',
    detail: `It may have been done: ${socketPath} took the request and did not answer (${error.message}). Look with 'sallyport ${shownBy}' before you do it again.`,
  };
}

function unreadable(detail: string): AdminProblem {
  return { code: 'gateway_unreadable', detail };
}
