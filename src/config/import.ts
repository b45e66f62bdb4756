// Takes over the servers of an MCP client's config: the `mcpServers` JSON that most clients share. What cannot be taken over as it is becomes a
// note for the person who imports. Secrets in environment and header values and in URLs are not copied into another file: a reference takes their
// place, and the note says what to set.

import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { readDocument } from './document.ts';
import { holdsSecret, toTemplate, toUrlTemplate, toValues, variableFor } from './import-values.ts';
import type { Note, WrittenValue } from './import-values.ts';
import { blankComments } from './jsonc.ts';
import type { ConfigProblem } from './types.ts';

/** A server as it is written in sallyport.yaml. */
export type WrittenServer =
  | {
      readonly command: string;
      readonly args?: readonly string[];
      readonly env?: Readonly<Record<string, WrittenValue>>;
      readonly cwd?: string;
    }
  | { readonly url: string; readonly headers?: Readonly<Record<string, WrittenValue>> };

/** What was taken over, and what a person should know about it. */
export interface ImportedServers {
  readonly servers: Readonly<Record<string, WrittenServer>>;
  /** Each about one server, under the name it has here or, if it was left out, had in the client. */
  readonly notes: readonly { readonly server: string; readonly message: string }[];
}

const entrySchema = z.looseObject({
  type: z.string().optional(),
  command: z.string().optional(),
  args: z.array(z.string()).optional(),
  env: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  cwd: z.string().optional(),
  // Clients do not agree on what the address is called.
  url: z.string().optional(),
  serverUrl: z.string().optional(),
  httpUrl: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  disabled: z.boolean().optional(),
});
type Entry = z.infer<typeof entrySchema>;

const KNOWN_KEYS: ReadonlySet<string> = new Set(Object.keys(entrySchema.shape));

const clientSchema = z.looseObject({ mcpServers: z.record(z.string(), entrySchema) });

/** Reads a client's config. `file` is its path: relative folders in it are relative to its own. */
export function importClientConfig(text: string, { file }: { readonly file: string }): Result<ImportedServers, readonly ConfigProblem[]> {
  const document = readDocument(blankComments(text), { file, schema: clientSchema, env: {}, keep: () => true });
  if (document.value === undefined)
    return fail(document.problems.map((problem) => ({ ...problem, message: problem.message.replace('valid YAML', 'valid JSON') })));
  const servers: Record<string, WrittenServer> = {};
  const notes: { server: string; message: string }[] = [];
  for (const [given, entry] of Object.entries(document.value.mcpServers)) {
    const left = whyLeftOut(entry);
    if (left !== undefined) {
      notes.push({ server: given, message: `${left}, and was left out` });
      continue;
    }
    const name = toName(given, servers);
    const note: Note = (message) => notes.push({ server: name, message });
    if (name !== given) note(`is called ${JSON.stringify(given)} in the client; names here are lowercase letters, digits and hyphens`);
    const ignored = Object.keys(entry).filter((key) => !KNOWN_KEYS.has(key));
    if (ignored.length > 0) note(`has ${ignored.join(', ')} in the client, which has no counterpart here`);
    servers[name] =
      entry.command === undefined ? toAddress(name, entry, note) : toProgram(entry.command, entry, dirname(resolve(file)), note);
  }
  return ok({ servers, notes });
}

function whyLeftOut(entry: Entry): string | undefined {
  if (entry.disabled === true) return 'is disabled in the client';
  if (entry.type === 'sse') return 'speaks the HTTP+SSE transport of 2024-11-05, which is not supported';
  if (entry.command === undefined && urlOf(entry) === undefined) return 'has neither a command nor a url';
  return undefined;
}

function urlOf({ url, httpUrl, serverUrl }: Entry): string | undefined {
  return url ?? httpUrl ?? serverUrl;
}

function toProgram(command: string, { args = [], env = {}, cwd }: Entry, folder: string, note: Note): WrittenServer {
  if (holdsSecret(args))
    note('seems to get a secret in its args, where every user of the machine can see it; use env if the server can read it there');
  return {
    command: toTemplate(command, note),
    ...(args.length > 0 && { args: args.map((arg) => toTemplate(arg, note)) }),
    ...(Object.keys(env).length > 0 && { env: toValues(env, (key) => key, note) }),
    ...(cwd !== undefined && { cwd: resolve(folder, toTemplate(cwd, note)) }),
  };
}

function toAddress(name: string, entry: Entry, note: Note): WrittenServer {
  const { headers = {} } = entry;
  return {
    url: toUrlTemplate(name, urlOf(entry) ?? '', note),
    ...(Object.keys(headers).length > 0 && { headers: toValues(headers, (header) => variableFor(name, header), note) }),
  };
}

function toName(given: string, taken: Readonly<Record<string, unknown>>): string {
  const plain = given
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 58)
    .replace(/^-+|-+$/g, '');
  let name = plain === '' ? 'server' : plain;
  for (let i = 2; Object.hasOwn(taken, name); i++) name = `${plain === '' ? 'server' : plain}-${i}`;
  return name;
}
