// Looks into a text the way the gateway does: as part of a message, whose bytes go through the same scan with the same detectors as on the road.

import type { Found, Scan, Surface } from '../../src/inspection/index.ts';

/** Something found, as offsets into the text. */
export interface Sighting {
  readonly type: string;
  readonly class: Found['class'];
  readonly start: number;
  readonly end: number;
}

/** A text on a surface: what is found in it. */
export type Probe = (text: string, surface: Surface) => readonly Sighting[];

/** What stands around a text on each surface, as servers and agents write it. */
const MESSAGES: Readonly<Record<Surface, (text: string) => string>> = {
  request: (text) => message({ method: 'tools/call', params: { name: 'note', arguments: { text } } }),
  answer: (text) => message({ result: { content: [{ type: 'text', text }] } }),
  question: (text) =>
    message({ method: 'elicitation/create', params: { message: text, requestedSchema: { type: 'object', properties: {} } } }),
  definition: (text) => message({ result: { tools: [{ name: 'note', description: text, inputSchema: { type: 'object' } }] } }),
};

/** A probe over whatever makes scans. */
export function createProbe(createScan: (surface: Surface) => Scan): Probe {
  return (text, surface) => {
    const wrapped = MESSAGES[surface](text);
    const bytes = Buffer.from(wrapped);
    const scan = createScan(surface);
    const found = [...scan.push(bytes).found, ...scan.end().found];
    // The text is the only string of its content: it begins where its spelling does.
    const from = Buffer.byteLength(wrapped.slice(0, wrapped.indexOf(JSON.stringify(text)) + 1));
    return found.map((one) => ({
      type: one.type,
      class: one.class,
      start: unescapedLength(bytes, from, one.start),
      end: unescapedLength(bytes, from, one.end),
    }));
  };
}

function message(members: object): string {
  return JSON.stringify({ jsonrpc: '2.0', id: 1, ...members });
}

/** How many UTF-16 units of a string its spelling from one offset to another stands for; -1 where that is none, or no part of one. */
function unescapedLength(bytes: Buffer, from: number, to: number): number {
  if (to < from) return -1;
  try {
    const value: unknown = JSON.parse(`"${bytes.toString('utf8', from, to)}"`);
    return typeof value === 'string' ? value.length : -1;
  } catch {
    return -1;
  }
}
