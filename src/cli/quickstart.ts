// What `serve --quickstart` prints once it is ready: all that a stranger needs for a first call. The key in it is shown this once.

/** What is running and how to reach it. */
export interface Quickstart {
  /** Like `http://127.0.0.1:7625`. */
  readonly url: string;
  /** Where the console is, in words, at their end the link that signs in, or how to come by one; undefined: there is none. */
  readonly console: string | undefined;
  /** Names of the servers, in the order of the config. */
  readonly servers: readonly string[];
  /** Path that shows all of them as one; undefined: there is none. */
  readonly together: string | undefined;
  readonly key: { readonly agent: string; readonly text: string; readonly expiresAt: string | null };
  /** Folder in which `npx sallyport` is this program. */
  readonly checkout: string;
  /** The data folder, as one would name it from the checkout; undefined: it is the one that commands look in there anyway. */
  readonly dataFolder: string | undefined;
  /** A call that works on one of the servers; undefined: the tools are only listed. */
  readonly call: { readonly server: string; readonly tool: string; readonly words: readonly string[] } | undefined;
}

/** The text, with a line break at its end. */
export function renderQuickstart({ url, console, servers, together, key, checkout, dataFolder, call }: Quickstart): string {
  const snippet = { mcpServers: Object.fromEntries(servers.map((name) => [name, serverEntry(`${url}/mcp/${name}`, key.text)])) };
  const first = call?.server ?? servers[0];
  const target = `${url}/mcp/${first ?? ''}`;
  const command =
    call === undefined
      ? shellLine('npx', 'sallyport', 'tools', 'list', target, '--key', key.text)
      : shellLine('npx', 'sallyport', 'tools', 'call', target, call.tool, ...call.words, '--key', key.text);
  const lines = [
    '',
    `Sallyport is running at ${url}`,
    '',
    `agent    ${key.agent}`,
    `key      ${key.text}`,
    `expires  ${key.expiresAt ?? 'never'}`,
    '',
    'For an MCP client:',
    '',
    JSON.stringify(snippet, null, 2),
    '',
    ...(together === undefined ? [] : [`Or all of them as one server, whose tools are called <server>__<tool>: ${url}${together}`, '']),
    'The commands below are to be run in the checkout:',
    '',
    shellLine('cd', checkout),
    ...(first === undefined ? [] : ['', call === undefined ? 'List the tools of a server:' : 'Make a call:', '', command]),
    '',
    'The other commands of the quick start in README.md take the key from the environment:',
    '',
    `export SALLYPORT_KEY=${key.text}`,
    '',
    'Then see what is on record, and that nobody has changed it:',
    '',
    checkoutCommand(dataFolder, 'audit', 'tail'),
    checkoutCommand(dataFolder, 'audit', 'verify'),
    '',
    'Ctrl-C stops everything.',
    '',
    // What has to be found among all this, and within minutes, is what is read first: the last of it.
    ...(console === undefined ? [] : [console.trimEnd(), '']),
  ];
  return lines.join('\n');
}

/** A command as it works in the checkout; with the data folder, where commands do not look in it anyway. */
export function checkoutCommand(dataFolder: string | undefined, ...words: readonly string[]): string {
  return shellLine('npx', 'sallyport', ...words, ...(dataFolder === undefined ? [] : ['--data', dataFolder]));
}

/** Words as a shell reads them back: brackets are patterns to it, spaces end a word. */
function shellLine(...words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}

function serverEntry(url: string, key: string): object {
  return { type: 'http', url, headers: { Authorization: `Bearer ${key}` } };
}
