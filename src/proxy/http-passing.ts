// An HTTP server's JSON answer that is too large to be held: judged and looked into as it comes, and passed on as long as it can be the answer.

import type { Found } from '../inspection/index.ts';
import { createAnswerScan } from '../mcp/index.ts';
import type { AnswerScan } from '../mcp/index.ts';
import { markUnheld } from './held-results.ts';
import type { HttpAnswer } from './http-answer.ts';
import { keptBackWords } from './inspection/final.ts';
import { createPassing } from './inspection/passing.ts';
import type { Passing } from './inspection/passing.ts';
import { askedBy } from './server-messages.ts';

/** One large answer. */
export class HttpPassing {
  readonly #receiver: HttpAnswer;
  readonly #scan: AnswerScan;
  readonly #passing: Passing;
  #hasPassed = false;

  constructor(receiver: HttpAnswer) {
    const { call, ports, answer } = receiver;
    this.#receiver = receiver;
    markUnheld(call, ports);
    this.#scan = createAnswerScan(askedBy(call));
    this.#passing = createPassing({
      call,
      release: (bytes) => {
        this.#hasPassed = true;
        answer.raw(receiver.status, bytes);
      },
      stop: (found) => this.#withhold(found),
      onRoom: () => receiver.goOn(),
    });
  }

  /** More waits to be looked into than there should. */
  get full(): boolean {
    return this.#passing.full;
  }

  push(chunk: Uint8Array): void {
    if (this.#receiver.over) return;
    if (this.#scan.push(chunk)) this.#passing.push(chunk);
    else this.#cutShort();
  }

  /** All of it has come. */
  end(): void {
    if (this.#scan.end()) this.#passing.end(() => this.#receiver.answer.end('ok'));
    else this.#cutShort();
  }

  abandon(): void {
    this.#passing.abandon();
  }

  /** It holds what may not be shown. */
  #withhold(found: Found | undefined): void {
    const { call, answer } = this.#receiver;
    this.#receiver.giveUp();
    call.markedWith = 'answer_withheld';
    if (this.#hasPassed) answer.cut('failed');
    else answer.refuse({ code: 'answer_withheld', say: keptBackWords(call, found) }, 'failed');
  }

  /** Who has part of what turned out to be no answer must not take that for the whole. */
  #cutShort(): void {
    const { call, ports, answer, status } = this.#receiver;
    if (!this.#hasPassed) return this.#receiver.fail({ code: 'upstream_malformed' }, 'failed');
    this.#receiver.giveUp();
    ports.log.info('a server failed a call', { server: call.server.name, call: call.id, code: 'upstream_malformed', status });
    answer.cut('failed');
  }
}
