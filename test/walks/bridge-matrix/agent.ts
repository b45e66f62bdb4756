// An agent as the matrix drives it, whichever SDK and era it is made of. Everything it needs to answer a server's questions is the same.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { at, repositoryRoot } from '../../harness/index.ts';

/** What a tool answered. */
export interface Called {
  readonly content: readonly { readonly type: string; readonly text?: string | undefined }[];
  readonly structuredContent?: unknown;
  readonly isError?: boolean | undefined;
}

export interface CallOptions {
  readonly onProgress?: () => void;
  /** Asks for log messages of every level: for this call, or in a session once and for all. */
  readonly log?: boolean;
  readonly signal?: AbortSignal;
}

/** A connected agent. What it asks rejects with the server's or the gateway's sentence. */
export interface Agent {
  /** The revision agreed on. */
  readonly revision: string;
  tools(): Promise<readonly string[]>;
  call(name: string, args?: Record<string, unknown>, options?: CallOptions): Promise<Called>;
  prompts(): Promise<readonly string[]>;
  prompt(name: string, args?: Record<string, string>): Promise<unknown>;
  resources(): Promise<readonly string[]>;
  templates(): Promise<readonly string[]>;
  read(uri: string): Promise<unknown>;
  /** Suggestions for an argument of a prompt. */
  complete(prompt: string, argument: string, value: string): Promise<readonly string[]>;
  /** Asks to be told of changes: of the list of tools, and of a resource if one is named. */
  watch(uri?: string): Promise<void>;
  /** The methods of all notifications so far that belong to no call, and of log messages. */
  readonly heard: readonly string[];
  close(): Promise<void>;
}

/** How an agent reaches the gateway. */
export interface Access {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export const INFO = { name: 'sallyport-matrix', version: '1.0.0' };
/** It can answer everything that a server may ask. */
export const CAPABILITIES = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} };
/** What the user says, whatever field it is for. */
const NAME = 'grace@example.com';

/** The one folder that the user works in. */
export const WORK_FOLDER = join(repositoryRoot, '.sallyport', `matrix-${process.pid}`);

export const roots = (): { roots: { uri: string; name: string }[] } => ({
  roots: [{ uri: pathToFileURL(WORK_FOLDER).href, name: 'work' }],
});

/** What the model says. */
export const sampled = (): { role: 'assistant'; model: string; content: { type: 'text'; text: string } } => ({
  role: 'assistant',
  model: 'a-model',
  content: { type: 'text', text: 'sampled by the matrix' },
});

/** What the user says: only what has to be filled in, or that the page was visited. */
export function elicited(params: object): { action: 'accept'; content?: Record<string, string | boolean> } {
  const required = at(params, 'requestedSchema', 'required');
  if (!Array.isArray(required)) return { action: 'accept' };
  const answer = (name: string): string | boolean =>
    at(params, 'requestedSchema', 'properties', name, 'type') === 'boolean' ? true : NAME;
  return { action: 'accept', content: Object.fromEntries(required.map(String).map((name) => [name, answer(name)])) };
}
