// What stands where a secret would stand, and is none: masks, variables, templates, and words that say "put yours here". Whoever shows how to use a
// key writes them; a detector that took them for secrets would be switched off. Pure, linear.

import { longestRun } from './randomness.ts';

/** Words that say that a value is not the real one. */
const MARKERS =
  'your yours my mine the this that an of for to in is or and with from on off by at here there change me changed changeit changeme replace replaced ' +
  'insert enter put fill add set use type paste provide example examples sample demo dummy fake mock stub test tests testing tester placeholder todo ' +
  'fixme tbd redacted hidden masked removed omitted snip censored some any one new old real actual valid invalid goes must be should ' +
  'not none null nil undefined void empty blank default generated xxx yyy zzz abc abcd abcdef qwerty lorem ipsum';

/** Words that name what stands there: alone they are labels, not values. */
const LABELS =
  'user username users login name email mail account admin administrator root guest host hostname server port client customer service app application ' +
  'password passwords passwd passphrase passcode pass pwd pw secret secrets token tokens key keys api apikey access auth authorization authentication oauth ' +
  'bearer basic refresh session id ident identifier credential credentials cred creds private public master signing encryption value values string text var ' +
  'variable env environment param parameter arg argument field input output data database db mongodb mongo mysql postgres postgresql redis rabbitmq amqp ' +
  'neo4j elastic elasticsearch kafka aws azure gcp google github gitlab openai anthropic slack stripe twilio hash salt code pin otp web url uri base my_sql ' +
  'number org organization organisation project workspace tenant team company system device bot webhook hook long short random super very strong secure safe';

/** Letters that may follow each other in some words, as a tree; a word may end where `ends` says so. */
interface Node {
  readonly next: Map<number, Node>;
  ends: boolean;
}

/** Longer texts of nothing but such words are prose, and other rules' business. */
const LONGEST_SPELLED = 64;

const labels = treeOf(LABELS.split(' '));
const filling = treeOf([...MARKERS.split(' '), ...LABELS.split(' ')]);
/** Whoever writes about nothing in particular writes `foo`. */
const noise = treeOf([...MARKERS.split(' '), ...LABELS.split(' '), 'foo', 'bar', 'baz', 'qux', 'quux', 'xyz']);

function treeOf(words: readonly string[]): Node {
  const root: Node = { next: new Map(), ends: false };
  for (const word of words) {
    let node = root;
    for (let at = 0; at < word.length; at += 1) {
      const code = word.charCodeAt(at);
      const next = node.next.get(code) ?? { next: new Map(), ends: false };
      node.next.set(code, next);
      node = next;
    }
    node.ends = true;
  }
  return root;
}

/** Whether letters are words of a vocabulary, one behind the other. */
function spells(letters: string, vocabulary: Node): boolean {
  if (letters.length > LONGEST_SPELLED) return false;
  const reached = new Uint8Array(letters.length + 1);
  reached[0] = 1;
  for (let from = 0; from < letters.length; from += 1) {
    let node = reached[from] === 1 ? vocabulary : undefined;
    for (let to = from; node !== undefined && to < letters.length; to += 1) {
      node = node.next.get(letters.charCodeAt(to));
      if (node?.ends === true) reached[to + 1] = 1;
    }
  }
  return reached[letters.length] === 1;
}

/** A value that was made unreadable: `xxxx`, `****`, `…`, `00000000`. */
export function isMasked(value: string): boolean {
  return /x{4}|X{4}|\*{3}|\.{3}|[\u2022\u25cf\u2026]|#{4}|_{4}|-{6}/.test(value) || /0{10}/.test(value);
}

/** Masked, or a character again and again: no generator of keys writes that. */
export function isMaskedOrRepeated(value: string): boolean {
  return isMasked(value) || longestRun(value) >= 7 || new Set(value).size <= Math.min(5, value.length / 4);
}

/** What a shell, a template, a build file or a reader is to fill in: `$TOKEN`, `${…}`, `{{ … }}`, `<token>`, `%s`, `[PASSWORD]`. */
export function isTemplate(value: string): boolean {
  if (/\$\{|\$\(|\$\[|\{\{|\}\}|\{%|<%|%\(|#\{|@\{|\(\(|`/.test(value)) return true;
  if (/^\$[A-Za-z0-9_?@*#]+$|^\$[a-z]+:|^%[A-Za-z0-9_]+%$|^%[sdvq]$|^@[A-Za-z_]+@$|^__\w+__$|^:[a-z_]+$|^&[a-z_]+$/.test(value))
    return true;
  const wrapped = /^(?:<(?<angle>[^>]*)>?|\[(?<square>[^\]]*)\]?|\{(?<curly>[^}]*)\}?|\((?<round>[^)]*)\)?)$/.exec(value)?.groups;
  const inside = wrapped?.['angle'] ?? wrapped?.['square'] ?? wrapped?.['curly'] ?? wrapped?.['round'];
  if (wrapped?.['angle'] !== undefined) return true;
  return inside !== undefined && !/[0-9]/.test(inside);
}

/** Only words that stand for a value. `key` is the name it is given to: a value that repeats its own name is one that nobody has filled in. */
function isFilling(value: string, key = ''): boolean {
  const lower = value.toLowerCase();
  const letters = lower.replace(/[^a-z]/g, '');
  // Where there are as many digits, letters make words by accident.
  const digits = value.replace(/[^0-9]/g, '').length;
  if (letters === '' || (digits > 6 && digits * 2 > letters.length)) return saysSo(lower);
  if (!spells(letters, noise)) return saysSo(lower);
  // `Password1$` and `secret123` are what people take for passwords, bad as they are; `your-secret`, and `password123` for a password, are not.
  if (/[0-9].*[!@#$%^&*?+]|[!@#$%^&*?+].*[0-9]/.test(value)) return false;
  if (!/[0-9].*[0-9].*[0-9]/.test(value)) return true;
  return (
    !spells(letters, labels) ||
    key
      .toLowerCase()
      .replace(/[^a-z]/g, '')
      .includes(letters)
  );
}

/** Nothing but words about what is to be put there. */
export function isAboutFilling(value: string): boolean {
  return spells(value.toLowerCase().replace(/[^a-z]/g, ''), filling);
}

/** Words that leave no doubt, whatever stands beside them. */
function saysSo(lower: string): boolean {
  return /(?:^|[^a-z])(?:your|yours|example|sample|dummy|replace|insert|redacted|todo|fake|here|foobar)(?:[^a-z]|$)|change[-_ ]?me|placeholder|not[-_ ]?a?[-_ ]?real/.test(
    lower,
  );
}

/** Anything of these. */
export function isPlaceholder(value: string, key = ''): boolean {
  return (
    value.length < 3 || isMasked(value) || longestRun(value) >= Math.max(5, value.length / 2) || isTemplate(value) || isFilling(value, key)
  );
}
