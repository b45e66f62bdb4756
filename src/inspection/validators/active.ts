// What is run, or fetched, by showing it: script in URLs and markup, and images whose address carries data away (a beacon). Most pictures of most texts
// carry nothing; what they lead to is told from those that do.

import type { Candidate, Part, Validator } from '../types.ts';

const URL_END = /^[^\s"'<>`)\]\\]*/;

/** `javascript:`, `vbscript:` and `livescript:` where a URL stands, also with the tabs and line ends in them that browsers leave out. */
export const findScriptUrl: Validator = ({ value, window, at }) => {
  const front = window.slice(Math.max(0, at - 40), at);
  const head = /(?:j\s{0,2}a\s{0,2}v\s{0,2}a|v\s{0,2}b|l\s{0,2}i\s{0,2}v\s{0,2}e)\s{0,2}$/i.exec(front)?.[0];
  if (head === undefined || !/(?:^|["'(=<>,[]|\burl\b.{0,3}|\shref\s?=\s?)\s{0,3}$/i.test(front.slice(0, front.length - head.length)))
    return [];
  const rest = window.slice(at + value.length);
  const code = /^\s/.test(rest)
    ? ''
    : upToQuote(
        rest,
        front
          .slice(0, front.length - head.length)
          .trimEnd()
          .slice(-1),
      );
  // Links that do nothing, of which web pages are full.
  if (
    code === '' ||
    /^(?:void\s?\(?\s?0?\s?\)?;?|;|\/\/|#|false;?|return false;?|undefined;?|window\.print\(\);?|history\.(?:back\(\)|go\(-1\));?)\)?$/i.test(
      code.trim(),
    )
  )
    return [];
  return [{ start: at - head.length, end: at + value.length + code.length }];
};

const RUNS =
  /^data:(?:text\/(?:html|xml|javascript|ecmascript|vbscript)|application\/(?:xhtml\+xml|xml|javascript|ecmascript|x-javascript))\s?[;,]/i;

/** A `data:` URL of a type that browsers run. */
export const findDataUrl: Validator = ({ window, at }) => {
  if (/[a-z0-9_-]/i.test(window.charAt(at - 1))) return [];
  const text = window.slice(at);
  const type = RUNS.exec(text)?.[0];
  if (type === undefined) return [];
  return [{ start: at, end: at + type.length + upToQuote(text.slice(type.length), window.charAt(at - 1)).length }];
};

/** What is left of a value that was opened by this quote or bracket: script and markup have quotes and spaces of their own. */
function upToQuote(rest: string, opening: string): string {
  if (opening === '"' || opening === "'") return rest.slice(0, Math.max(0, (rest + opening).indexOf(opening)));
  if (opening === '(') return /^[^\n]*?(?=\)(?:[\s.,;:!?\]]|$))|^[^\n]*/.exec(rest)?.[0] ?? '';
  return /^[^\s<>"`]*/.exec(rest)?.[0] ?? '';
}

/** A picture in a `data:` URL may be a document with script in it, though not where pictures are shown. */
export const findDataSvg: Validator = ({ value, window, at }) => {
  const length = URL_END.exec(window.slice(at + value.length))?.[0].length ?? 0;
  return [{ start: at, end: at + value.length + length }];
};

const MARKDOWN = /^!\[[^\]\n]{0,400}\]\(\s{0,4}<?\s{0,4}((?:https?:)?\/\/[^\s)>"']{3,2000})/i;
const REFERENCE = /^\]:\s{0,4}<?((?:https?:)?\/\/[^\s>"']{3,2000})/i;
const MARKUP =
  /^<(?:img|image|input|video|audio|source|track)\s[^>]{0,400}?(?:src|href|srcset|poster)\s?=\s?["']?((?:https?:)?\/\/[^\s"'>]{3,2000})/i;
const STYLE = /^url\(\s?["']?((?:https?:)?\/\/[^\s"')]{3,2000})/i;

/** The address of a picture in markdown, HTML or CSS, or of a reference that one may have; and whether it carries something away. */
export function findImage({ value, window, at }: Candidate): { readonly part: Part; readonly carries: boolean } | undefined {
  const text = window.slice(at);
  const isReference = value.startsWith(']');
  const match = isReference ? REFERENCE.exec(text) : (MARKDOWN.exec(text) ?? MARKUP.exec(text) ?? STYLE.exec(text));
  const url = match?.[1];
  if (match === null || url === undefined) return undefined;
  const carries = carriesData(url);
  const start = at + match[0].length - url.length;
  return isReference && !carries ? undefined : { part: { start, end: start + url.length }, carries };
}

// Names that prove that a picture may be fetched, however long.
const SIGNING =
  /^(?:sig|signature|expires|policy|key-pair-id|jwt|token|x-amz-.*|x-goog-.*|googleaccessid|awsaccesskeyid|se|sp|sv|sr|st|spr|skoid|sktid|skt|ske|sks|skv|oh|oe|_nc_\w+|ccb|stp|ix\w+|hash|etag|cache\w*)$/i;
// Names that say which picture, or what is done with it. What they say is short.
const SERVING =
  /^(?:v|ver|version|w|h|width|height|size|s|sz|fit|crop|q|quality|dpr|auto|fm|format|ext|type|mode|raw|sanitize|theme|style|color|logo|logocolor|label|labelcolor|branch|event|job|cb|t|ts|_|rev|resize|rs|rect|blur|bg|fill|alt|usp|imgurl|url|u|src|image|id|uid|name|text|title|svg|badge\w*|metric|period|units|left_text|left_color|right_color|background|cachebuster|utm_\w+)$/i;
// Names under which something is carried away.
const CARRYING =
  /^(?:d|data|exfil\w*|leak\w*|stolen|steal|secrets?|creds?|credentials?|passw\w*|pwd|cookies?|payload|dump|env|keys?|apikey|api_key|msgs?|messages?|history|conversation|chat|context|prompt|summary|content|contents|info|p|m|c|x|log|logs|out|output|result|results|session|memory|user_?data|email|emails|body|note|notes|file|history|response|answer|system_?prompt|ssn|pii)$/i;
const TEMPLATE = /\{[^{}]{0,80}\}?|\$[A-Z_]{3,}|\$\(|<[A-Za-z_ -]{1,80}>?|%7[bB]|\[[A-Za-z_ -]{1,80}\]|\.\.\.|…/;
const WANTED =
  /(?:^|[=/.-])(?:YOUR|INSERT|BASE64|ENCODED|STOLEN|SECRET|DATA|SUMMARY|CONVERSATION|USER_?DATA|API_?KEY|PASSWORD|TOKEN|CONTENT|HISTORY|PROMPT|CHAT|EMAIL|COOKIE|HERE|VALUE)[A-Z_0-9]*(?:$|[&/.-])/;
const PLACEHOLDER = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/;
const LONG = 36;

/** Whether a picture's address holds more than says which picture: placeholders, or values that are long, or under names that say what they are. */
function carriesData(url: string): boolean {
  const [address, query] = splitOnce(url.replace(/#.*$/, ''), '?');
  const host = /^(?:https?:)?\/\/([^/]*)/i.exec(address)?.[1] ?? '';
  if (TEMPLATE.test(host) || host.split('.').some((label) => label.length > 50)) return true;
  if (/\{[^{}]{0,80}\}|%7b|\[[A-Z_ ]{1,80}\]|<[A-Z_ ]{1,80}>/i.test(address.slice(host.length))) return true;
  return query.split('&').some((pair) => {
    const [name, value] = splitOnce(pair, '=');
    // A query that ends in `data=` is the beginning of what somebody is told to complete.
    return value === '' ? name.length > LONG || (pair.endsWith('=') && CARRYING.test(name)) : carriesInPair(name, value);
  });
}

function carriesInPair(name: string, value: string): boolean {
  if (TEMPLATE.test(value) || WANTED.test(value)) return !/^(?:https?:|data:)/i.test(value);
  if (SIGNING.test(name)) return false;
  if (SERVING.test(name)) return value.length >= LONG && !/^https?(?::|%3a)/i.test(value);
  return CARRYING.test(name) ? value.length > 7 || PLACEHOLDER.test(value) : value.length >= LONG;
}

function splitOnce(text: string, mark: string): readonly [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

const HANDLER = /^on[a-z]{3,24}\s?=\s?(?:"([^"]{1,2000})"?|'([^']{1,2000})'?|([^\s>"'][^\s>]{2,2000}))/i;
const CODE =
  /\b(?:alert|confirm|prompt|eval|fetch|atob|btoa|import|Function|setTimeout|XMLHttpRequest|sendBeacon|document|location|cookie|localStorage|sessionStorage|postMessage|navigator|constructor|String\.fromCharCode|top|parent|self|window)\b\s?[.([`=]|javascript:|\.src\s?=\s?[^;]{0,40}(?:cookie|\+)/i;

/** An attribute that runs as soon as it is shown, or looked at, with code in it that reaches out. Fallbacks of pictures and styles do not. */
export const findEventHandler: Validator = ({ window, at }) => {
  const front = window.slice(Math.max(0, at - 400), at);
  if (!/<[a-z][a-z0-9-]{0,20}(?:[\s/][^<>]*)?[\s"'/]$/i.test(front)) return [];
  const match = HANDLER.exec(window.slice(at));
  const code = match?.[1] ?? match?.[2] ?? match?.[3] ?? '';
  return match !== null && CODE.test(code) ? [{ start: at, end: at + match[0].length }] : [];
};

/** An SVG that is more than a picture: script, foreign markup, handlers, or references that are fetched. */
export const findActiveSvg: Validator = ({ value, window, at }) => {
  const end = window.indexOf('</svg', at);
  const inside = window.slice(at + value.length, end < 0 ? undefined : end);
  const isActive =
    /<(?:\w+:)?(?:script|foreignobject|handler)\b|\son[a-z]{3,20}\s?=|(?:href|src)\s?=\s?["']?\s?(?:javascript:|data:text\/html|(?:https?:)?\/\/(?!www\.w3\.org\/|creativecommons\.org\/))|<!ENTITY|@import|<\?xml-stylesheet/i;
  // What links lead to is not fetched by showing them.
  const fetched = inside.replaceAll(/<a\s[^<>]{0,400}>/gi, '');
  return /^[\s>]/.test(inside) && isActive.test(fetched)
    ? [{ start: at, end: end < 0 ? at + value.length + inside.length : Math.min(end + 6, window.length) }]
    : [];
};

/** A page that sends its reader elsewhere by itself. */
export const findMetaRefresh: Validator = ({ window, at }) => {
  const match = /^<meta\s[^>]{0,200}http-equiv\s?=\s?["']?refresh["']?[^>]{0,400}url\s?=[^>]{1,600}>?/i.exec(window.slice(at));
  return match === null ? [] : [{ start: at, end: at + match[0].length }];
};

/** Markup that runs script, or shows another page: ordinary in what is a page, and out of place in what is read. */
export const findScriptMarkup: Validator = ({ value, window, at }) => {
  if (!/^[\s>/]/.test(window.charAt(at + value.length))) return [];
  const length = /^[^>]{0,600}>?/.exec(window.slice(at))?.[0].length ?? value.length;
  return [{ start: at, end: at + length }];
};

const WIDE_SOURCE =
  /^(?:\*|https?:|https?:\/\/\*?|wss?:(?:\/\/\*?)?|data:|blob:|filesystem:|'unsafe-(?:eval|inline|hashes)'|(?:https?:\/\/)?\*\.(?:[a-z]{2,6}|co\.[a-z]{2}|com\.[a-z]{2}|github\.io|pages\.dev|workers\.dev|vercel\.app|netlify\.app|ngrok\.io|ngrok-free\.app|amazonaws\.com|cloudfront\.net|azurewebsites\.net|herokuapp\.com|web\.app|appspot\.com))(?::[0-9*]+)?\/?$/i;
const CSP_LISTS = /^(?:connect|resource|frame|base_?uri|baseUri)_?domains$/i;

/** A source in the content security policy that an app declares for itself (`_meta.ui.csp`, MCP Apps) which lets it reach anybody. */
export const isWideSource: Validator = ({ value, window, key }) =>
  CSP_LISTS.test(key) && window === value && WIDE_SOURCE.test(value.trim());
