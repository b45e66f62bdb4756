// What a log says first when it is opened or taken up again: how it was found, and which calls it lost sight of. Pure.

import type { LogEvent, OutcomeRecord } from './record.ts';
import type { FoundLog } from './recover.ts';

/** `running`: calls of this very process that go on and will bring their outcome. `writer`: who opens it; undefined when it is only taken up again. */
export interface Opening {
  readonly writer: string | undefined;
  readonly running: ReadonlySet<string>;
}

/** The records to begin with, in order. */
export function toFirstRecords(found: FoundLog, opening: Opening, time: number): readonly (LogEvent | OutcomeRecord)[] {
  const lost = [...found.open].filter((id) => !opening.running.has(id));
  return [
    ...(opening.writer === undefined ? [] : [{ kind: 'log', event: 'opened', time, writer: opening.writer } as const]),
    ...found.remains.map(({ file, position, torn }): LogEvent =>
      torn === undefined
        ? { kind: 'log', event: 'damaged', time, file, position }
        : { kind: 'log', event: 'recovered', time, file, position, bytes: torn.bytes, sha256: torn.sha256 },
    ),
    ...lost.map((id) => toUnknownOutcome(id, time)),
  ];
}

/** Closes a call of which nobody can say any more how it ended. */
export function toUnknownOutcome(id: string, time: number): OutcomeRecord {
  return {
    kind: 'outcome',
    id,
    time,
    status: 'unknown',
    code: 'outcome_unknown',
    rpcCode: undefined,
    answerBytes: 0,
    gatewayUs: undefined,
    serverUs: undefined,
  };
}
