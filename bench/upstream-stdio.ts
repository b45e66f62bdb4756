// The MCP server behind the rows over stdio: `upstream-stdio.ts modern` or `legacy`, started by the gateway itself, one message a line.
// It ends when its standard input does.

import { answerOther, answersToCalls, idOfCall } from './stand-in.ts';
import type { Era } from './workload.ts';

const NEWLINE = 0x0a;

const era = readEra(process.argv[2]);
const answer = answersToCalls(era);
let pending: Buffer | undefined;

function say(line: Buffer): Buffer | string {
  const id = idOfCall(line);
  return id === undefined ? (answerOther(line, era).body ?? '') : answer(id);
}

process.stdin.on('data', (chunk: Buffer) => {
  let bytes = pending === undefined ? chunk : Buffer.concat([pending, chunk]);
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE)) {
    const said = say(bytes.subarray(0, end));
    if (said.length > 0) process.stdout.write(Buffer.concat([Buffer.from(said), Buffer.from([NEWLINE])]));
    bytes = bytes.subarray(end + 1);
  }
  pending = bytes.length === 0 ? undefined : bytes;
});

function readEra(word: string | undefined): Era {
  if (word === 'modern' || word === 'legacy') return word;
  throw new Error('usage: upstream-stdio.ts modern|legacy');
}
