// Commands as somebody would type them: words of a POSIX shell, quoted where they have to be.

const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** `commandLine('agents add', [name], ['--group', group])`: a command of sallyport, each word one word whatever is in it, and none of them an option. */
export function commandLine(command: string, words: readonly string[] = [], options: readonly string[] = []): string {
  // What strangers call their tools may look like an option.
  const isMistakable = words.some((word) => word.startsWith('-') && word !== '-');
  const rest = isMistakable ? [...options, '--', ...words] : [...words, ...options];
  return ['sallyport', command, ...rest.map(quote)].join(' ');
}

function quote(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
