// What a modern server with the Tasks extension does, whatever carries its messages: the tools that the official suite's tasks-*
// scenarios call by name. Its task ids are counted, as a careless server's are: whoever knows one may poll it, were there no gateway.

import { at, META, textAt } from '../mcp.ts';

type Json = Readonly<Record<string, unknown>>;

/** An answer without its id. */
export type TaskAnswer =
  | { readonly result: Json }
  | { readonly error: { readonly code: number; readonly message: string; readonly data?: Json } };

/** A request, as far as it is read. */
export interface TaskRequest {
  readonly method: string;
  readonly params: unknown;
}

/** One server's tools and tasks. */
export interface TaskEngine {
  answer(request: TaskRequest): Promise<TaskAnswer>;
  /** The tasks of these that exist, as a listen stream would watch them; `changed` is called with each one that changes. Returns the way to stop. */
  watch(taskIds: readonly string[], changed: (task: Json) => void): { readonly known: readonly string[]; readonly stop: () => void };
}

interface Task {
  readonly taskId: string;
  readonly createdAt: string;
  status: 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled';
  lastUpdatedAt: string;
  pending: Record<string, unknown>;
  readonly given: Record<string, unknown>;
  outcome: Json;
}

const EXTENSION = 'io.modelcontextprotocol/tasks';
const TTL_MS = 60_000;
const JOB_MS = 50;
const REQUIRED = { requiredCapabilities: { extensions: { [EXTENSION]: {} } } };
const TOOLS = ['greet', 'slow_compute', 'failing_job', 'protocol_error_job', 'confirm_delete', 'multi_input', 'test_tool_with_task'];

const ARGUMENTS: Readonly<Record<string, object>> = {
  greet: { name: { type: 'string' } },
  slow_compute: { seconds: { type: 'number' } },
};

/** Whether a request declares the extension. */
export function takesTasks(params: unknown): boolean {
  return typeof at(params, '_meta', META.capabilities, 'extensions', EXTENSION) === 'object';
}

/** Why a request that needs the extension is refused. */
export const UNDECLARED = { error: { code: -32021, message: 'This needs the Tasks extension.', data: REQUIRED } } as const;

/** Makes the tools, with no tasks yet. */
export function createTaskEngine(): TaskEngine {
  const tasks = new Map<string, Task>();
  const watchers = new Set<(task: Task) => void>();

  const touch = (task: Task, status: Task['status'], outcome: Json = {}): void => {
    Object.assign(task, { status, outcome, lastUpdatedAt: new Date().toISOString() });
    for (const watcher of watchers) watcher(task);
  };
  const begin = (): Task => {
    const now = new Date().toISOString();
    const taskId = `task-${tasks.size + 1}`;
    const task: Task = { taskId, createdAt: now, status: 'working', lastUpdatedAt: now, pending: {}, given: {}, outcome: {} };
    tasks.set(taskId, task);
    return task;
  };
  const made = (task: Task): TaskAnswer => ({ result: { resultType: 'task', ...shown(task) } });
  const later = (task: Task, ms: number, status: Task['status'], outcome: Json): void =>
    void setTimeout(() => task.status === 'working' && touch(task, status, outcome), ms).unref();
  const ask = (task: Task, questions: Record<string, unknown>): void => {
    task.pending = questions;
    touch(task, 'input_required');
  };

  const call = async (params: unknown): Promise<TaskAnswer> => {
    const declared = takesTasks(params);
    const name = textAt(params, 'name');
    switch (name) {
      case 'greet':
        return text(`Hello, ${textAt(params, 'arguments', 'name')}!`);
      case 'slow_compute': {
        const seconds = Number(at(params, 'arguments', 'seconds') ?? 0);
        const outcome = { result: content(`computed for ${seconds} s`) };
        if (seconds === 0) return { result: { resultType: 'complete', ...outcome.result } };
        if (!declared) {
          await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
          return { result: { resultType: 'complete', ...outcome.result } };
        }
        const task = begin();
        later(task, seconds * 1_000, 'completed', outcome);
        return made(task);
      }
      case 'failing_job':
      case 'protocol_error_job': {
        if (!declared) return UNDECLARED;
        const task = begin();
        if (name === 'failing_job') later(task, JOB_MS, 'completed', { result: { ...content('It does not work.'), isError: true } });
        else later(task, JOB_MS, 'failed', { error: { code: -32603, message: 'It broke.' } });
        return made(task);
      }
      case 'confirm_delete':
      case 'multi_input': {
        if (!declared) return UNDECLARED;
        const task = begin();
        const answer = made(task);
        ask(task, name === 'confirm_delete' ? { confirm: question('Sure?') } : { first: question('One?'), second: question('Two?') });
        return answer;
      }
      case 'test_tool_with_task': {
        if (!declared) return UNDECLARED;
        const user = textAt(params, 'inputResponses', 'user_name', 'content', 'name');
        if (user === '')
          return { result: { resultType: 'input_required', inputRequests: { user_name: question('Who?') }, requestState: 'round-2' } };
        const task = begin();
        later(task, JOB_MS, 'completed', { result: content(`done for ${user}`) });
        return made(task);
      }
      default:
        return { error: { code: -32602, message: 'Unknown tool' } };
    }
  };

  const about = (method: string, params: unknown): TaskAnswer => {
    if (!takesTasks(params)) return UNDECLARED;
    const task = tasks.get(textAt(params, 'taskId'));
    if (task === undefined) return { error: { code: -32602, message: 'Unknown task' } };
    if (method === 'tasks/get') return { result: { resultType: 'complete', ...shown(task) } };
    const isOver = ['completed', 'failed', 'cancelled'].includes(task.status);
    if (method === 'tasks/cancel' && !isOver) {
      task.pending = {};
      touch(task, 'cancelled');
    }
    if (method === 'tasks/update' && task.status === 'input_required') {
      const responses = at(params, 'inputResponses');
      for (const [key, response] of typeof responses === 'object' && responses !== null ? Object.entries(responses) : []) {
        if (!Object.hasOwn(task.pending, key)) continue;
        task.given[key] = response;
        delete task.pending[key];
      }
      if (Object.keys(task.pending).length === 0) {
        touch(task, 'working');
        later(task, JOB_MS, 'completed', { result: content(JSON.stringify(task.given)) });
      } else touch(task, 'input_required');
    }
    return { result: { resultType: 'complete' } };
  };

  return {
    answer: async ({ method, params }) => {
      switch (method) {
        case 'server/discover':
          return { result: DISCOVERED };
        case 'tools/list': {
          const listed = TOOLS.map((name) => ({
            name,
            description: name,
            inputSchema: { type: 'object', properties: ARGUMENTS[name] ?? {}, additionalProperties: true },
          }));
          return { result: { resultType: 'complete', tools: listed, ttlMs: 0, cacheScope: 'private' } };
        }
        case 'tools/call':
          return call(params);
        case 'tasks/get':
        case 'tasks/update':
        case 'tasks/cancel':
          return about(method, params);
        default:
          return { error: { code: -32601, message: `Method not found: ${method}` } };
      }
    },
    watch: (taskIds, changed) => {
      const known = taskIds.filter((id) => tasks.has(id));
      const watcher = (task: Task): void => {
        if (known.includes(task.taskId)) changed(shown(task));
      };
      watchers.add(watcher);
      return { known, stop: () => void watchers.delete(watcher) };
    },
  };
}

const DISCOVERED = {
  resultType: 'complete',
  supportedVersions: ['2026-07-28'],
  capabilities: { tools: {}, extensions: { [EXTENSION]: {} } },
  ttlMs: 0,
  cacheScope: 'private',
  _meta: { [META.server]: { name: 'task-server', version: '1.0.0' } },
};

function shown({ taskId, status, createdAt, lastUpdatedAt, pending, outcome }: Task): Json {
  const asking = status === 'input_required' ? { inputRequests: pending } : {};
  return { taskId, status, createdAt, lastUpdatedAt, ttlMs: TTL_MS, pollIntervalMs: JOB_MS, ...asking, ...outcome };
}

function content(said: string): Json {
  return { content: [{ type: 'text', text: said }] };
}

function text(said: string): TaskAnswer {
  return { result: { resultType: 'complete', ...content(said) } };
}

function question(message: string): Json {
  const requestedSchema = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };
  return { method: 'elicitation/create', params: { mode: 'form', message, requestedSchema } };
}
