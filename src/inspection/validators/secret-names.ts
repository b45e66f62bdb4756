// Names that say that what is given to them is a secret, and names that only sound like it: `client_secret` is one, `secret_name` and `page_token` are
// not. Pure, linear.

/** What a name promises. `password`: anything that somebody might think up. `token`: something that was generated. */
export type Kind = 'password' | 'token';

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

const PASSWORDS = words(
  'password passwords passwd passphrase passcode pass pwd pswd pw userpass dbpass dbpassword psk pgpassword passwort kennwort senha wachtwoord rootpw',
);
const TOKENS = words(
  'secret secrets token auth apikey apikeys apitoken apisecret accesskey accesstoken authtoken authkey secretkey secretaccesskey privatekey clientsecret ' +
    'appsecret appkey bearer credential credentials creds jwt usertoken bottoken sessiontoken refreshtoken encryptionkey signingkey masterkey ' +
    'accountkey servicekey subscriptionkey',
);
/** With `key` behind them: by itself a key is what opens a row of a table. */
const BEFORE_KEY = words(
  'api access secret private auth encryption signing master account service subscription shared storage admin app licence license ssh preshared consumer deploy webhook',
);
/** What may stand behind the word that promises: it says which one it is, not what about it. */
const TAILS = words(
  'value val prod production dev development staging stage live test testing string str text plain raw base64 b64 data current new old confirm ' +
    'confirmation again repeat primary secondary main default env key hex encoded decrypted',
);
/** What stands in front of it when it is no secret: marks of a place in a list, of a form, of what is meant to be seen, and counts. */
const BENIGN = words(
  'page next previous prev continuation continue cursor sync delta skip progress resume nextpage csrf xsrf antiforgery max min num number count total ' +
    'limit public pub publishable anon per used prompt completion input output cached reasoning stop eos bos pad unk mask special start end sep cls ' +
    'hash hashed encrypted forgot reset invalid missing wrong incorrect no has have is are show hide toggle without requires upload download ' +
    'partition sort foreign cache object idempotency row column dictionary sealed cancellation lock fencing design css style theme separator',
);

/** The words of a name: `myApi_Key2` is `my`, `api`, `key`, `2`. */
export function wordsOf(name: string): readonly string[] {
  return (name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+/g) ?? []).map((word) => word.toLowerCase());
}

/** What a name promises, if it promises a secret. */
export function kindOf(name: string): Kind | undefined {
  const parts = wordsOf(name);
  let last = parts.length - 1;
  while (last > 0 && (TAILS.has(parts[last] ?? '') || /^[0-9]{1,3}$/.test(parts[last] ?? '')) && !endsPromise(parts, last)) last -= 1;
  const ending = endsPromise(parts, last);
  if (ending === undefined) return undefined;
  const ahead = parts.slice(0, last + 1 - ending.words);
  return ahead.some((word) => BENIGN.has(word)) ? undefined : ending.kind;
}

/** What the words up to this one promise, and how many of them it takes. */
function endsPromise(parts: readonly string[], last: number): { kind: Kind; words: number } | undefined {
  const word = parts[last] ?? '';
  if (PASSWORDS.has(word)) return { kind: 'password', words: 1 };
  if (TOKENS.has(word)) return { kind: 'token', words: 1 };
  if (word === 'key' && BEFORE_KEY.has(parts[last - 1] ?? '')) return { kind: 'token', words: 2 };
  // `pass word` is how some write it, and camel case of `passWord`.
  if (word === 'word' && parts[last - 1] === 'pass') return { kind: 'password', words: 2 };
  // Joined in lower case: `dbpassword`, `mysecret`, `authtoken`.
  if (/.(?:password|passwd|passphrase)$/.test(word)) return { kind: 'password', words: 1 };
  if (
    /.(?:secret|token|apikey|accesskey|secretkey)$/.test(word) &&
    ![...BENIGN].some((benign) => benign.length > 2 && word.startsWith(benign))
  )
    return { kind: 'token', words: 1 };
  return undefined;
}
