// What a stdio server says, line by line: sorted by kind, and never able to end the worker, to fill its memory or to keep it busy.

import { parseJson, readAnswerMessages } from '../../mcp/index.ts';
import type { Message } from '../../mcp/index.ts';
import type { StdioEvents, StdioLink } from '../../servers/index.ts';
import { inOneLine } from '../raw-event.ts';

type Of<Kind extends Message['kind']> = Extract<Message, { kind: Kind }>;

/** Starts the server of a session or carrier. */
export type OpenServer = (events: StdioEvents) => StdioLink;

/** Who hears what. False: it belongs nowhere, and was dropped. */
export interface LineListener {
  /** What the server speaks, where that is known by now. */
  readonly revision?: string | undefined;
  hearFinal(said: Of<'result'> | Of<'error'>): boolean;
  hearRequest(said: Of<'request'>): boolean;
  hearNotification(said: Of<'notification'>): boolean;
  /** A line that is no message, or one that was dropped: to be counted. */
  onNoise(): void;
  onExit(text: string): void;
}

/** So many lines in a row that belong nowhere, and the server is ended: some print a log there, but not without ever answering. */
const MAX_NOISE_LINES = 10_000;

/** Starts a server and listens to it, until its link is closed. */
export function listenToServer(open: OpenServer, listener: LineListener): StdioLink {
  let noise = 0;
  let closed = false;
  const hear = (line: Uint8Array): boolean => {
    const document = parseJson(line, { repairSurrogates: true });
    const messages = document.ok ? readAnswerMessages(document.value, listener.revision) : document;
    return messages.ok && messages.value.map(hearOne).includes(true);
  };
  const hearOne = (said: Message): boolean => {
    switch (said.kind) {
      case 'result':
      case 'error':
        return listener.hearFinal(said);
      case 'request':
        return listener.hearRequest(said);
      case 'notification':
        return listener.hearNotification(said);
      default:
        return said satisfies never;
    }
  };
  const belongs = (line: Uint8Array): boolean => {
    try {
      return hear(line);
    } catch {
      return false; // A fault of ours over one line must not end the worker.
    }
  };
  const link = open({
    onLine: (line) => {
      // It was on its way when the server was closed: nobody waits for it, and nothing is wrong with it.
      if (closed) return;
      if (belongs(line)) {
        noise = 0;
        return;
      }
      listener.onNoise();
      if (++noise === MAX_NOISE_LINES) close();
    },
    onExit: (text) => listener.onExit(text),
  });
  const close = (): void => {
    closed = true;
    link.close();
  };
  return {
    // JSON may have line breaks between its tokens. As they are, what stands between two of them would be heard as a message that nobody judged.
    send: (message, onLost) => link.send(inOneLine(message), onLost),
    pause: () => link.pause(),
    resume: () => link.resume(),
    close,
  };
}

/** Lets a server wait while an agent that it talks to does not read. */
export interface Valve {
  /** To be called after something was written to an answer, and without one whenever an answer may have got room or ended. */
  check(written?: { readonly full: boolean }): void;
}

/** A valve on a link; `anyFull` is asked only while it is shut. */
export function createValve(link: Pick<StdioLink, 'pause' | 'resume'>, anyFull: () => boolean): Valve {
  let shut = false;
  return {
    check: (written) => {
      if (shut) {
        if (anyFull()) return;
        shut = false;
        link.resume();
      } else if (written?.full === true) {
        shut = true;
        link.pause();
      }
    },
  };
}

/** What the agent of a call reads when its server ended under it. */
export function lostSentence(server: string): string {
  return `The MCP server '${server}' ended before it answered; whether the call took effect is unknown.`;
}
