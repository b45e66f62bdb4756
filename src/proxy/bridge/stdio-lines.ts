// What a stdio server says, line by line: sorted by kind, and never able to end the worker.

import { parseJson, readAnswerMessage } from '../../mcp/index.ts';
import type { Message } from '../../mcp/index.ts';
import type { StdioEvents, StdioLink } from '../../servers/index.ts';

type Of<Kind extends Message['kind']> = Extract<Message, { kind: Kind }>;

/** Starts the server of a session or carrier. */
export type OpenServer = (events: StdioEvents) => StdioLink;

/** Who hears what. */
export interface LineListener {
  hearFinal(said: Of<'result'> | Of<'error'>): void;
  hearRequest(said: Of<'request'>): void;
  hearNotification(said: Of<'notification'>): void;
  /** A line that is no message, or one that belongs nowhere: counted, not carried. */
  onNoise(): void;
  onExit(text: string): void;
}

/** Starts a server and listens to it. */
export function listenToServer(open: OpenServer, listener: LineListener): StdioLink {
  const hear = (line: Uint8Array): void => {
    const document = parseJson(line, { repairSurrogates: true });
    const message = document.ok ? readAnswerMessage(document.value) : document;
    if (!message.ok) return listener.onNoise();
    const said = message.value;
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
  return open({
    onLine: (line) => {
      try {
        hear(line);
      } catch {
        listener.onNoise(); // A fault of ours over one line must not end the worker.
      }
    },
    onExit: (text) => listener.onExit(text),
  });
}

/** What the agent of a call reads when its server ended under it. */
export function lostSentence(server: string): string {
  return `The MCP server '${server}' ended before it answered; whether the call took effect is unknown.`;
}
