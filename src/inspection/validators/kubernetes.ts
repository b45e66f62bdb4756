// Manifests of Secrets for Kubernetes: everything under `data` (in base64) and `stringData`. Pure, linear.

import type { Candidate, Part } from '../types.ts';
import { isPlaceholder } from './placeholders.ts';

const SECTION = /["']?(?<name>data|stringData)["']?[ \t]*:[ \t]*(?:\{|\n)/g;
/** A member of a section: its name, and a value on the same line. */
const MEMBER = /(?<=^|[\n,{])(?<indent>[ \t]*)["']?[A-Za-z0-9._-]+["']?[ \t]*:[ \t]*(?<quote>["']?)(?<value>[^\s"'{}|>&,]{4,})\k<quote>/y;

/** Values of the Secret whose kind was found; nothing where they are still to be filled in. */
export function kubernetesSecret({ window, at }: Candidate): readonly Part[] | false {
  const begin = Math.max(0, window.lastIndexOf('\n---', at));
  const next = window.indexOf('\n---', at);
  const manifest = window.slice(begin, next < 0 ? window.length : next);
  const parts: Part[] = [];
  for (const section of manifest.matchAll(SECTION)) {
    const isBase64 = section.groups?.['name'] === 'data';
    for (const { start, value } of membersFrom(manifest, section.index + section[0].length)) {
      if (isBase64 ? isEncoded(value) : !isPlaceholder(value)) parts.push({ start: begin + start, end: begin + start + value.length });
    }
  }
  return parts.length > 0 ? parts : false;
}

function* membersFrom(text: string, from: number): Generator<{ start: number; value: string }> {
  let at = from;
  while (at < text.length) {
    MEMBER.lastIndex = at;
    const match = MEMBER.exec(text);
    const { value = '', indent = '', quote = '' } = match?.groups ?? {};
    // In YAML a line without indentation is no longer in the section.
    if (match === null || (indent === '' && text[from - 1] === '\n')) return;
    yield { start: match.index + match[0].length - quote.length - value.length, value };
    at = match.index + match[0].length;
    while (/[\s,]/.test(text[at] ?? '') && !/^[ \t]*["']?[\w.-]+["']?[ \t]*:/.test(text.slice(at, at + 80))) at += 1;
  }
}

function isEncoded(value: string): boolean {
  if (!/^[0-9A-Za-z+/]{6,}={0,2}$/.test(value)) return false;
  const decoded = Buffer.from(value, 'base64').toString('latin1').trim();
  return decoded.length >= 3 && !isPlaceholder(decoded);
}
