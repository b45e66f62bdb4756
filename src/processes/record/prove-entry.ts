// A proof that a record is in its log as it was signed, for whoever has the public key alone. It shows the record as it stands, so none is made of one that
// has a name which it takes two people to learn.

import { join } from 'node:path';
import { CHECKPOINT_KEY_FILE, findKeys, listLogs, printProof, proveInclusion, toEntryLine, withholdNames } from '../../audit/index.ts';
import type { RecordAsks } from './asks.ts';

type Answer = RecordAsks['prove']['answer'];

export async function proveEntry(directory: string, { log, seq, hidesNames }: RecordAsks['prove']['ask']): Promise<Answer> {
  const found = (await listLogs(directory)).find(({ slot }) => slot === log);
  if (found === undefined) return { refusal: `There is no log ${log}.`, why: 'unknown' };
  const keys = await findKeys([join(directory, CHECKPOINT_KEY_FILE)]);
  if (!keys.ok || keys.value === undefined)
    return { refusal: 'Nothing of the record is signed: there is no key beside it.', why: 'unsigned' };
  const proof = await proveInclusion(found, seq, { keys: keys.value });
  if (!proof.ok) return { refusal: proof.error, why: 'unsigned' };
  if (hidesNames && proof.value.kind === 'inclusion') {
    const line = toEntryLine(seq, 0, proof.value.record);
    if (withholdNames(line) !== line) return { refusal: TWO_PEOPLE, why: 'two' };
  }
  return { proof: printProof(proof.value) };
}

const TWO_PEOPLE =
  'This record is from before the privacy profile kept names out of the record, and has one. A proof would show it, and it takes two people to learn it.';
