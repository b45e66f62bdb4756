// A task as a server shows it (io.modelcontextprotocol/tasks): in the answer that makes one, in the answer to tasks/get, and in
// notifications/tasks. What a tool gave arrives in here, minutes after the call, and is judged as if it had come at once.

import { faultOfInputRequests } from './input-requests.ts';
import { isObject } from './json-value.ts';
import type { JsonObject } from './types.ts';

const STATUSES: ReadonlySet<unknown> = new Set(['working', 'input_required', 'completed', 'failed', 'cancelled']);

/** What is wrong with a task that has just been made, a sentence. What becomes of it is for tasks/get to say. */
export function faultOfNewTask({ taskId, status }: JsonObject): string | undefined {
  if (typeof taskId !== 'string' || taskId === '') return 'Its task has no taskId.';
  return STATUSES.has(status) ? undefined : 'Its task has an unknown status.';
}

/** What is wrong with a task with all that has come of it. */
export function faultOfTask(task: JsonObject, declared: JsonObject | undefined): string | undefined {
  const { status, inputRequests, result, error } = task;
  const fault = faultOfNewTask(task) ?? (inputRequests === undefined ? undefined : faultOfInputRequests(inputRequests, declared));
  if (fault !== undefined) return fault;
  switch (status) {
    case 'input_required':
      return inputRequests === undefined ? 'It asks for input and says not which.' : undefined;
    case 'completed':
      // Questions are asked through the task itself: a result that asks would get past the check of what may be asked.
      return isObject(result) && (result['resultType'] ?? 'complete') === 'complete' ? undefined : 'Its task has no complete result.';
    case 'failed':
      return isObject(error) ? undefined : 'Its task failed without an error.';
    default:
      return undefined;
  }
}
