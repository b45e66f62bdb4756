// An HTTP server's answer that comes as an event stream: judged and passed on event by event, never held.

import { createEventDecoder } from '../http/index.ts';
import type { ServerSentEvent } from '../http/index.ts';
import { answerInstead, parseJson, readAnswerMessages } from '../mcp/index.ts';
import type { Message } from '../mcp/index.ts';
import { approveFinal, noteChange, withoutUnapproved } from './approved.ts';
import type { FinalMessage } from './bridge/index.ts';
import { noteReleased } from './committed.ts';
import type { HttpAnswer } from './http-answer.ts';
import { inspectReplayed } from './inspection/final.ts';
import { isHarmless } from './inspection/free-words.ts';
import { sayable } from './inspection/say.ts';
import { filterReplayed, judgeFinal, wordsFor } from './server-messages.ts';
import { insteadOfAnswer, refusedQuestions } from './server-questions.ts';

/** How long a server may take to end a stream behind its answer, so that its connection can be used again. */
const END_GRACE_MS = 1_000;

/** The events of one answer. */
export class HttpEvents {
  sawFinal = false;
  readonly #receiver: HttpAnswer;
  readonly #decoder: ReturnType<typeof createEventDecoder>;
  #isResumable = false;
  #endGrace: NodeJS.Timeout | undefined = undefined;

  constructor(receiver: HttpAnswer) {
    this.#receiver = receiver;
    this.#decoder = createEventDecoder({
      maxEventBytes: receiver.maxPartBytes,
      onEvent: (event) => {
        receiver.held.release();
        receiver.guarded(() => this.#onEvent(event));
      },
      onOversize: () => receiver.fail({ code: 'upstream_too_large' }, 'failed'),
    });
  }

  push(chunk: Uint8Array): void {
    this.#decoder.push(chunk);
  }

  /** Nothing more is to come. */
  settled(): void {
    clearTimeout(this.#endGrace);
  }

  /** The stream is over. */
  end(): void {
    const { answer, call, isStream } = this.#receiver;
    this.#decoder.end();
    if (answer.finished || this.sawFinal) return;
    if (isStream) return answer.end('ok');
    // 2025-11-25: a server may close a stream at will once the agent can resume it by a GET with Last-Event-ID.
    if (this.#isResumable && call.question.era === 'legacy') return answer.end('unknown');
    this.#receiver.fail({ code: 'outcome_unknown' }, 'unknown');
  }

  #onEvent(event: ServerSentEvent): void {
    const { answer, call, options } = this.#receiver;
    if (this.sawFinal || answer.finished) return;
    const { id, retry, data } = event;
    if (id !== undefined) this.#isResumable = true;
    // Nobody reads it, so nobody would miss what was taken out of it.
    if (id !== undefined && !isHarmless(call, id, 'answer')) return this.#receiver.fail({ code: 'answer_withheld' }, 'failed');
    if (data === undefined || data.length === 0) {
      // The priming event of 2025-11-25: an id to resume from. The headers of some answers depend on the final message, so nothing may go out before it.
      return options.onFinal === undefined ? answer.event({ event: undefined, id, retry, data }) : undefined;
    }
    // MCP has no other name for events; here stands whatever a server likes.
    const framed = { event: 'message', id, retry, data };
    const document = parseJson(data, { repairSurrogates: true });
    const messages = document.ok ? readAnswerMessages(document.value, call.serverRevision) : document;
    if (!messages.ok) return this.#malformed();
    for (const message of messages.value) if (!this.sawFinal && !answer.finished) this.#carry(framed, message);
  }

  #carry(event: ServerSentEvent, message: Message): void {
    const receiver = this.#receiver;
    const { call, ports, answer, options, isStream } = receiver;
    if (message.kind !== 'result' && message.kind !== 'error') {
      noteChange(call.server.name, message, ports);
      if (options.onFinal !== undefined) return;
      const instead =
        message.kind === 'request'
          ? (answerInstead(message, call.question.revision ?? '') ?? insteadOfAnswer(call, message)?.document.bytes)
          : undefined;
      if (instead !== undefined) return options.onInstead === undefined ? this.#malformed() : options.onInstead(instead);
      const shown = sayable(call, message);
      if (shown !== undefined) return answer.event({ ...event, data: wordsFor(call, shown) });
      // A stray notification is dropped. A request where the server may send none is an attempt on the agent: the stream is given up.
      return message.kind === 'request' ? this.#malformed() : undefined;
    }
    // A replay may end any call: what it asks for is judged as if it had been asked in time.
    if (isStream && refusedQuestions(call, message) !== undefined) return this.#malformed();
    if (isStream) {
      const shown = inspectReplayed(call, withoutUnapproved(call, message.document, ports));
      return shown === undefined
        ? receiver.fail({ code: 'answer_withheld' }, 'failed')
        : answer.event({ ...event, data: filterReplayed(call, shown) });
    }
    this.sawFinal = true;
    call.answeredUs = ports.nowUs();
    // SPEC streamable-http: the answer SHOULD end the stream. A server that leaves it open, or goes on talking, holds nothing of ours.
    if (!receiver.over) this.#endGrace = setTimeout(() => receiver.giveUp(), END_GRACE_MS);
    approveFinal(call, message, ports, (approved) => receiver.guarded(() => this.#conclude(event, message, approved)));
  }

  #conclude(event: ServerSentEvent, message: FinalMessage, approved: FinalMessage): void {
    const { call, answer, options } = this.#receiver;
    if (answer.finished) return;
    const judged = judgeFinal(call, approved);
    if (!judged.ok) return this.#receiver.fail(judged.error, 'failed');
    const extra = options.onFinal?.(message);
    if (extra !== undefined && 'code' in extra) return this.#receiver.fail(extra, 'failed');
    const { bytes, outcome } = judged.value;
    noteReleased(call, bytes, approved.document);
    // A server that opens a stream only to send the answer on it: the agent gets the same form, since its headers are not out yet.
    if (extra !== undefined && !answer.streaming) return answer.json(200, bytes, outcome, extra.headers);
    answer.final({ ...event, data: bytes }, outcome);
  }

  #malformed(): void {
    this.#receiver.fail({ code: 'upstream_malformed' }, 'failed');
  }
}
