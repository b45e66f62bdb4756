// What somebody asks about a call, as they have typed it: as the API takes it, and as a command.

import type { ExplainInput } from '../../api/contract.ts';

/** What was typed. */
export interface ExplainForm {
  readonly agent: string;
  readonly server: string;
  readonly kind: ExplainInput['kind'];
  readonly name: string;
  /** JSON. */
  readonly args: string;
  readonly user: string;
}

type Body = Pick<ExplainInput, 'agent' | 'server' | 'kind' | 'name' | 'args' | 'user'>;
type Problems = { readonly [Member in keyof ExplainForm]?: string };

/** The question, or what is wrong with it by field. */
export function toInput(
  form: ExplainForm,
): { readonly ok: true; readonly value: Body } | { readonly ok: false; readonly problems: Problems } {
  const { agent, server, kind, user } = form;
  const name = kind === 'server' ? '' : form.name.trim();
  const args = kind === 'tool' && form.args.trim() !== '' ? readObject(form.args) : null;
  const problems: Problems = {
    ...(agent.trim() === '' ? { agent: 'Which agent calls?' } : {}),
    ...(server.trim() === '' ? { server: 'Which server is called?' } : {}),
    ...(kind !== 'server' && name === '' ? { name: 'What is called?' } : {}),
    ...(args === undefined ? { args: 'This is not a JSON object.' } : {}),
  };
  if (args === undefined || Object.keys(problems).length > 0) return { ok: false, problems };
  return {
    ok: true,
    value: { agent: agent.trim(), server: server.trim(), kind, name, args, user: user.trim() === '' ? null : user.trim() },
  };
}

/** The same for a command: what is no JSON yet stands there as it was typed. */
export function toWords({ agent, server, kind, name, args, user }: ExplainForm): ExplainForm {
  const trimmed = { agent: agent.trim(), server: server.trim(), name: name.trim(), user: user.trim() };
  return { ...trimmed, kind, args: args.trim() === '' ? '' : oneLine(args) };
}

type Args = NonNullable<Body['args']>;

function readObject(text: string): Args | undefined {
  try {
    const value: unknown = JSON.parse(text);
    // Whatever JSON.parse gives is JSON.
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Args) : undefined;
  } catch {
    return undefined;
  }
}

function oneLine(text: string): string {
  const value = readObject(text);
  return value === undefined ? text : JSON.stringify(value);
}
