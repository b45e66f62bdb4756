// E-mail addresses (RFC 5322, as people use them) around an `@`, and what only looks like one: logins of git and ssh, package versions, file names of
// images for dense screens, handles of social networks, decorators.

import type { Validator } from '../types.ts';

const LOCAL = /[A-Za-z0-9À-ɏ!#$&*?^{|}~_+'.-]/;
const MAX_LOCAL = 64;
const DOMAIN = /^(?:[A-Za-z0-9À-ɏ-]{1,63}\.){1,8}(?:xn--[A-Za-z0-9-]{1,59}|[A-Za-zÀ-ɏ]{2,24})(?![A-Za-z0-9À-ɏ_])/;
const LABEL = /^(?!-)[A-Za-z0-9À-ɏ-]+(?<!-)$/;

// The last label is of a file, or of a network that has no mail.
const NO_DOMAINS: ReadonlySet<string> = new Set(
  (
    'png jpg jpeg gif svg webp avif ico bmp tiff js mjs cjs jsx ts tsx css scss less json html htm map yaml yml toml xml txt pdf lock log dll exe ' +
    'local localdomain localhost internal intranet lan home corp cluster svc onion'
  ).split(' '),
);
const LOGINS: ReadonlySet<string> = new Set(['git', 'hg', 'svn', 'ssh', 'gitlab', 'gitea']);
const VERSION = /^v?[0-9]+\.[0-9]+/i;
const DENSITY = /^[0-9](?:\.[0-9])?x\./i;
const REMOTE_SHELL = /\b(?:ssh|scp|sftp|rsync|mosh)\b[^\n@]{0,40}$/;
const USERINFO = /:\/\/[^\s/?#@"'<>]*$/;
const MESSAGE_IDS = /(?:message-id|in-reply-to|references)["']?:\s{0,4}["']?</i;
const REACH = 96;

/** The address of which an `@` is the middle. */
export const findEmail: Validator = ({ window, at, value, key }) => {
  const head = window.slice(Math.max(0, at - REACH), at);
  const tail = window.slice(at + value.length, at + value.length + 255);
  const domain = DOMAIN.exec(tail)?.[0];
  if (domain === undefined) return [];
  const local = localPart(head);
  if (local === '' || !isDomain(domain) || isLogin(local, head, tail.slice(domain.length))) return [];
  if (key.toLowerCase() === 'message-id' || MESSAGE_IDS.test(head)) return [];
  return [{ start: at - local.length, end: at + value.length + domain.length }];
};

/** What stands in front of the `@`, without the marks and escapes that only happen to. */
function localPart(head: string): string {
  // From the end on: a pattern would try every place in front of it first.
  let from = head.length;
  while (from > 0 && head.length - from < MAX_LOCAL && LOCAL.test(head.charAt(from - 1))) from -= 1;
  const run = head.slice(from);
  const inFront = head.charAt(head.length - run.length - 1);
  const unescaped = inFront === '\\' ? run.replace(/^[nrt]/, '') : run;
  const local = unescaped.replace(/^.*\.\./, '').replace(/^[^A-Za-z0-9À-ɏ_]+/, '');
  // A handle of a social network has a mark of its own in front: `@name@host`.
  return inFront === '@' || local.endsWith('.') ? '' : local;
}

function isDomain(domain: string): boolean {
  const labels = domain.split('.');
  const top = labels.at(-1)?.toLowerCase() ?? '';
  return labels.every((label) => LABEL.test(label)) && !NO_DOMAINS.has(top) && !VERSION.test(domain) && !DENSITY.test(domain);
}

/** Who logs in somewhere, rather than who gets mail there. */
function isLogin(local: string, head: string, rest: string): boolean {
  const front = head.slice(0, head.length - local.length);
  if (USERINFO.test(front) && !front.endsWith('//')) return true;
  if (front.endsWith('://') || /^:[/~]/.test(rest) || REMOTE_SHELL.test(front)) return true;
  return LOGINS.has(local.toLowerCase()) && /^[:/]/.test(rest);
}
