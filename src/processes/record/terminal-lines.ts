// What shows the same in a terminal, to be copied. Names in the record may have been chosen by a stranger, or by whoever altered it: what is not plain is put in
// quotes that nothing gets out of, and what a shell or a person could take for something else is in no line at all.

import type { RecordStory, RecordView } from '../../admin/index.ts';

type Lines = RecordStory['commands'];

export function toTerminalLines({ kind, log, seq, id, agent, server, tool, rule }: RecordView): Lines {
  const lines: Lines = [];
  /** `names` stand where `?` stands, in order. */
  const add = (says: string, command: string, ...names: readonly (string | null)[]): void => {
    const words = names.map((name) => (name === null ? undefined : toWord(name)));
    let at = 0;
    if (words.every((word) => word !== undefined)) lines.push({ says, command: command.replaceAll('?', () => words[at++] ?? '') });
  };
  add('This entry', 'sallyport audit query --id ?', id);
  add('A proof that it is on record', 'sallyport audit prove ? --record ? --out proof.json', log, String(seq));
  if (kind === 'call') add('What would become of such a call now', 'sallyport explain ? ? tool ?', agent, server, tool);
  add('What else this rule has decided', 'sallyport audit query --rule ? --from 24h', rule);
  add('Whether anybody changed the record', 'sallyport audit verify');
  return lines;
}

/** A plain word as it is, another in quotes; undefined for what nobody should paste. */
function toWord(word: string): string | undefined {
  // It would be an option; and what looks like something else, or is not seen, has no place in what somebody is to run.
  if (word.startsWith('-') || !/^[\x20-\x7e]+$/.test(word)) return undefined;
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
