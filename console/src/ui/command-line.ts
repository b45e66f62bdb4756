// Commands as somebody would type them: words of a POSIX shell, quoted where they have to be.

const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** `commandLine('agents', 'add', name)`: a command of sallyport, each word one word whatever is in it. */
export function commandLine(...words: readonly string[]): string {
  return ['sallyport', ...words.map(quote)].join(' ');
}

function quote(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
