// A worker reduced to its audit log: writes calls as fast as the disk takes them, and says each id on stdout only when its decision is
// durable, as a worker sends an answer. Usage: audit-writer.fixture.ts <directory> <name of this round> <calls in flight> <calls, 0 for ever>

import { writeSync } from 'node:fs';

import { openAuditLog } from '../../src/audit/log.ts'; // The folder's door leads to libraries too, which it may not read.
import { decision, outcome } from '../../src/audit/log.fixture.ts';

const [directory = '', round = '', flights = '', calls = ''] = process.argv.slice(2);

const log = await openAuditLog({
  directory,
  slot: 'worker-0',
  clock: () => Date.now(),
  // Small, so that crashes also hit the change from one segment to the next.
  segmentBytes: 65_536,
  takeOver: true,
  onFault: (error) => {
    throw error;
  },
});
writeSync(1, 'ready\n');

let begun = 0;
let ended = 0;
const total = calls === '0' ? Infinity : Number(calls);

function call(): void {
  if (begun === total) return;
  const id = `${round}-${begun++}`;
  log.whenDurable(log.append(decision(id, { time: Date.now() })), (error) => {
    if (error !== undefined) throw error;
    writeSync(1, `ack ${id}\n`);
    log.append(outcome(id, { time: Date.now() }));
    ended += 1;
    if (ended === total) void log.close();
    else setImmediate(call);
  });
}

for (let i = 0; i < Number(flights); i++) call();
