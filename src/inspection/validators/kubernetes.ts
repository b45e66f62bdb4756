// Manifests of Secrets for Kubernetes: everything under `data` (in base64) and `stringData`, in YAML and in JSON. Pure, linear.

import type { Candidate, Part } from '../types.ts';
import { isPlaceholder } from './placeholders.ts';

const SECTION = /["']?(?<name>data|stringData)["']?[ \t]*:[ \t]*(?<open>\{|\r?\n)/g;
const LINE = /(?<indent>[ \t]*)(?<text>[^\r\n]*)\r?\n?/y;
/** A member in YAML; its value may stand in the lines below it. */
const YAML_MEMBER = /^["']?[\w.-]+["']?[ \t]*:[ \t]*(?:[|>][-+]?[ \t]*|(?<quote>["']?)(?<value>[^\s"'{}|>&#]+)\k<quote>)?[ \t]*(?:#.*)?$/;
const JSON_MEMBER = /["'][\w.-]+["'][ \t]*:\s*["'](?<value>[^"'\\\s]+)["']/g;
const MIN_VALUE = 4;

/** Values of a section, and where it ends. */
interface Values {
  readonly values: readonly Value[];
  readonly end: number;
}

interface Value {
  readonly start: number;
  readonly text: string;
}

/** Values of the Secret whose kind was found; nothing where they are still to be filled in. */
export function kubernetesSecret({ window, value: kind, at }: Candidate): readonly Part[] | false {
  const begin = Math.max(0, window.lastIndexOf('\n---', at), window.lastIndexOf(kind, at - 1));
  const ends = [window.indexOf('\n---', at), window.indexOf(kind, at + kind.length)].filter((end) => end >= 0);
  const manifest = window.slice(begin, Math.min(window.length, ...ends));
  const parts: Part[] = [];
  SECTION.lastIndex = 0;
  for (let section = SECTION.exec(manifest); section !== null; section = SECTION.exec(manifest)) {
    const { name, open } = section.groups ?? {};
    const { values, end } = open === '{' ? jsonValues(manifest, SECTION.lastIndex) : yamlValues(manifest, SECTION.lastIndex);
    // What is in a section is looked at once, whatever it is called.
    SECTION.lastIndex = end;
    for (const { start, text } of values) {
      const isOne = text.length >= MIN_VALUE && (name === 'data' ? isEncoded(text) : !isPlaceholder(text));
      if (isOne) parts.push({ start: begin + start, end: begin + start + text.length });
    }
  }
  return parts.length > 0 ? parts : false;
}

function jsonValues(text: string, from: number): Values {
  const close = text.indexOf('}', from);
  const end = close < 0 ? text.length : close;
  const values = Array.from(text.slice(from, end).matchAll(JSON_MEMBER), (member) => {
    const value = member.groups?.['value'] ?? '';
    return { start: from + member.index + member[0].length - 1 - value.length, text: value };
  });
  return { values, end };
}

/** Lines that are further in than their section: members, and what goes on below them. */
function yamlValues(text: string, from: number): Values {
  const values: Value[] = [];
  LINE.lastIndex = from;
  let inner = -1;
  while (LINE.lastIndex < text.length) {
    const at = LINE.lastIndex;
    const { indent = '', text: line = '' } = LINE.exec(text)?.groups ?? {};
    if (line === '' || line.startsWith('#')) continue;
    if (inner < 0) inner = indent.length;
    if (indent.length < inner || indent === '') return { values, end: at };
    const value = indent.length > inner ? line.trim() : (YAML_MEMBER.exec(line)?.groups?.['value'] ?? '');
    values.push({ start: at + indent.length + line.lastIndexOf(value), text: value });
  }
  return { values, end: text.length };
}

function isEncoded(value: string): boolean {
  if (!/^[0-9A-Za-z+/]{6,}={0,2}$/.test(value)) return false;
  const decoded = Buffer.from(value, 'base64').toString('latin1').trim();
  return decoded.length >= 3 && !isPlaceholder(decoded);
}
