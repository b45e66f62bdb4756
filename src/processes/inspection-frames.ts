// What a worker and its inspector say to each other about messages that are looked into.
//
// Worker → inspector: engine {revision, document} (a request), open {job, revision, surface}, bytes {job} with a slice, end {job}, abandon {job}.
// Inspector → worker: looked {job, bytes, decided, found} for each slice, in order, ended {job, decided, found}, failed {job}, load {rss, cpuUs}.
//
// The worker believes the inspector no more than it must: it has read what strangers wrote, so what it says is checked for its form and its bounds.

import { FINDING_CLASSES } from '../inspection/index.ts';
import type { Found, Layer, Progress, Surface } from '../inspection/index.ts';
import type { Fields } from './channel.ts';

/** Looked at in one go; then it is another message's turn. Also what one read of a socket gives. */
export const SLICE_BYTES = 64 * 1024;

const SURFACES: Readonly<Record<Surface, true>> = { request: true, answer: true, question: true, definition: true };
const LAYERS: Readonly<Record<Layer, true>> = {
  base64: true,
  hex: true,
  url: true,
  gzip: true,
  html: true,
  folded: true,
  joined: true,
  rot13: true,
  escaped: true,
};
const CLASSES: ReadonlySet<unknown> = new Set(FINDING_CLASSES);
const CONFIDENCES: ReadonlySet<unknown> = new Set(['high', 'medium', 'low']);
const KINDS: ReadonlySet<unknown> = new Set(['string', 'name', 'number', 'message']);
const MAX_TYPE_CHARACTERS = 256;
const MAX_PATH_CHARACTERS = 200;

/** Is it a surface? */
export function isSurface(value: unknown): value is Surface {
  return typeof value === 'string' && Object.hasOwn(SURFACES, value);
}

/** How far looking has come, of a message of which `bytes` have been looked at; undefined where it has no such form. */
export function readProgress({ decided, found }: Fields, bytes: number): Progress | undefined {
  if (!isOffset(decided, bytes) || !Array.isArray(found)) return undefined;
  return found.every((one) => isFound(one, bytes)) ? { decided, found } : undefined;
}

function isFound(value: unknown, bytes: number): value is Found {
  if (typeof value !== 'object' || value === null) return false;
  const { type, class: about, confidence, kind, start, end, path, layers }: Readonly<Record<string, unknown>> = { ...value };
  return (
    typeof type === 'string' &&
    type.length <= MAX_TYPE_CHARACTERS &&
    CLASSES.has(about) &&
    CONFIDENCES.has(confidence) &&
    KINDS.has(kind) &&
    isOffset(end, bytes) &&
    isOffset(start, end) &&
    typeof path === 'string' &&
    path.length <= MAX_PATH_CHARACTERS &&
    Array.isArray(layers) &&
    layers.every((layer) => typeof layer === 'string' && Object.hasOwn(LAYERS, layer))
  );
}

function isOffset(value: unknown, max: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= max;
}
