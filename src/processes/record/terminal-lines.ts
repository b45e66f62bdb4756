// What shows the same in a terminal, to be copied. Names in the record may have been chosen by a stranger, or by whoever altered it: what is not plain is put in
// quotes that nothing gets out of, and what cannot be seen is in no line at all.

import type { RecordStory, RecordView } from '../../admin/index.ts';

type Lines = RecordStory['commands'];

export function toTerminalLines({ kind, log, seq, id, agent, server, tool, rule }: RecordView): Lines {
  const lines: Lines = [];
  const add = (says: string, ...words: readonly (string | null)[]): void => {
    const quoted = words.map((word) => (word === null ? undefined : toWord(word)));
    if (quoted.every((word) => word !== undefined)) lines.push({ says, command: `sallyport ${quoted.join(' ')}` });
  };
  if (id !== null) add('This entry', 'audit', 'query', '--id', id);
  add('A proof that it is on record', 'audit', 'prove', log, '--record', String(seq), '--out', 'proof.json');
  if (kind === 'call' && agent !== null && server !== null && tool !== null)
    add('What would become of such a call now', 'policy', 'explain', '--agent', agent, '--server', server, '--tool', tool);
  if (rule !== null) add('What else this rule has decided', 'audit', 'query', '--rule', rule, '--from', '24h');
  add('Whether anybody changed the record', 'audit', 'verify');
  return lines;
}

/** Plain words as they are, others in quotes; undefined for what nobody should paste. */
function toWord(word: string): string | undefined {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  // Printable ASCII only: what looks like something else, or is not seen, has no place in what somebody is to run.
  return /^[\x20-\x7e]+$/.test(word) ? `'${word.replaceAll("'", `'\\''`)}'` : undefined;
}
