// The resources that a subscriptions/listen wants to hear of (2026-07-28 basic/patterns/subscriptions).

import type { JsonObject, JsonValue } from '../mcp/index.ts';

const NONE: readonly JsonValue[] = Object.freeze([]);

/** Where they stand in a request. */
export const WATCHED_PATH: readonly string[] = ['params', 'notifications', 'resourceSubscriptions'];

/** What is listed there, whatever it is. */
export function watchedIn(params: JsonObject | undefined): readonly JsonValue[] {
  const notifications = params?.['notifications'];
  if (typeof notifications !== 'object' || notifications === null || !('resourceSubscriptions' in notifications)) return NONE;
  const watched = notifications['resourceSubscriptions'];
  return Array.isArray(watched) ? watched : NONE;
}
