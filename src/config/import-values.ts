// Values of a client's config as they are written here: references in our spelling, and in place of a secret a reference to where a person puts it.

import { soundsSecret } from './environment.ts';

/** A value as it is written in sallyport.yaml. */
export type WrittenValue = string | { readonly env: string };

/** Takes down something that the person who imports should know. */
export type Note = (message: string) => void;

/** The variable for a secret that a header or parameter of a server needs. */
export function variableFor(server: string, key: string): string {
  const name = `${server}_${key}`.toUpperCase().replace(/[^A-Z0-9]/g, '_');
  return /^[0-9]/.test(name) ? `_${name}` : name;
}

/** Environment or header values. `variable` names the variable that is to hold the secret of a key. */
export function toValues(
  entries: Readonly<Record<string, string | number | boolean>>,
  variable: (key: string) => string,
  note: Note,
): Readonly<Record<string, WrittenValue>> {
  const toValue = (key: string, text: string): WrittenValue => {
    const secret = soundsSecret(key) || /^(authorization|cookie)$/i.test(key);
    if (!secret || text === '' || text.includes('${')) return toTemplate(text, note);
    const name = variable(key);
    note(
      `has a secret in ${key}, which was not copied: set the variable ${name} to it where the gateway is started, or write { file: path }`,
    );
    return { env: name };
  };
  return Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, toValue(key, String(value))]));
}

/**
 * The URL of a server without the secrets in it: credentials are left out, and the value of a query parameter that sounds like a secret becomes a
 * reference.
 */
export function toUrlTemplate(server: string, url: string, note: Note): string {
  const bare = url.replace(/^([a-z]+:\/\/)[^/?#@]*@/i, (_, scheme: string) => {
    note('has credentials in its URL, which were not copied: send them by headers: { Authorization: { env: NAME } }');
    return scheme;
  });
  return toTemplate(bare, note).replace(/([?&])([^=&#]+)=([^&#]+)/g, (parameter, mark: string, key: string, value: string) => {
    if (value.includes('${') || !(soundsSecret(key) || /^(key|auth|authorization|sig|signature)$/i.test(key))) return parameter;
    const variable = variableFor(server, key);
    note(
      `has a secret in ${key} of its URL, which was not copied: set the variable ${variable} to it where the gateway is started, or send it by headers if the server takes it there`,
    );
    return `${mark}${key}=\${${variable}}`;
  });
}

/** Whether an argument seems to be a secret: `--token abc`, `--api-key=abc`. */
export function holdsSecret(args: readonly string[]): boolean {
  return args.some((arg, i) => {
    const [flag = '', value] = arg.split('=', 2);
    if (value !== undefined) return flag.startsWith('-') && soundsSecret(flag) && !value.includes('${');
    const before = args[i - 1] ?? '';
    return before.startsWith('-') && !before.includes('=') && soundsSecret(before) && !arg.startsWith('-') && !arg.includes('${');
  });
}

/** A text with references as clients write them (`${VAR}`, `${env:VAR}`, `${input:id}`) in our spelling; two dollar signs stay two. */
export function toTemplate(text: string, note: Note): string {
  const ours = (reference: string, inside: string): string => {
    const [, prefix, name = '', fallback = ''] = /^(env:|input:)?([A-Za-z_][A-Za-z0-9_-]*)(:-.*)?$/s.exec(inside) ?? [];
    if (prefix === 'input:') {
      const variable = name.toUpperCase().replaceAll('-', '_');
      note(`asks for ${name} in the client: set the variable ${variable} where the gateway is started`);
      return `\${${variable}}`;
    }
    if (name === '' || name.includes('-') || /^(workspaceFolder|userHome|cwd|pathSeparator)/.test(name)) {
      note(`uses ${reference}, which only the client can fill in: replace it`);
      return `$${reference}`;
    }
    return `\${${name}${fallback}}`;
  };
  return text.replaceAll('$$', () => '$$$$').replace(/\$\{([^}]*)\}/g, ours);
}
