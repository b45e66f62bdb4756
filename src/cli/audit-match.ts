// `sallyport audit match`: which records were made of a value that somebody knows. The record holds commitments and not values; the keeper of the running
// gateway says what the value would be on record as, under each key that is asked for, and only its digest goes there. That somebody asked is on record.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { SubjectsPort } from '../admin/index.ts';
import { canonicalJson, canonicalText, parseJson } from '../mcp/index.ts';
import { tailLogs } from '../audit/index.ts';
import type { TailRecord } from '../audit/index.ts';
import { fail, ok } from '../base/index.ts';
import type { Result, Secret } from '../base/index.ts';
import type { AdminProblem } from '../admin/index.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps, Command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { dataFolder } from './locate.ts';
import { keyFileOption, readPersonKey } from './person-key.ts';
import { complain, printJson, printTable } from './print.ts';
import { complainAbout } from './problems.ts';

type Member = 'args' | 'answer';

/** One spelling of what is looked for. */
interface Wanted {
  readonly member: Member;
  readonly digest: string;
}

/** A commitment on record. */
interface Found {
  readonly member: Member;
  readonly key: string;
  readonly mac: string;
  readonly record: TailRecord;
}

/** A record that was made of the value. */
interface Match {
  readonly id: string;
  readonly time: string;
  readonly slot: string;
  readonly seq: number;
  readonly what: 'arguments' | 'result';
  readonly key: string;
}

interface Tally {
  readonly matches: readonly Match[];
  readonly tested: number;
  /** Those whose key is destroyed. */
  readonly untestable: number;
}

/** Commitments that are tested together, and keys that are asked for at once. */
const CHUNK = 20_000;
const MAX_KEYS = 5_000;

export const auditMatchCommand: Command = {
  name: 'audit match',
  summary: 'Find the records that were made of a value you know',
  description: [
    'Of a call, the value is all of its arguments, as JSON in any order; of a resource, its URI. Of an answer it is the member `result` byte by byte as it was released, or a whole JSON-RPC message that has it.',
    'Only a digest of the value goes to the gateway, and nothing of it on record; that you have asked does. Of somebody who was erased nothing can be tested any more. Ends with exit code 1 if no record was made of it.',
  ],
  options: [
    { name: 'value', value: 'TEXT', text: 'the value; other users of this machine may see it in the list of processes' },
    { name: 'file', value: 'FILE', text: 'a file with the value; - for standard input' },
    { name: 'id', value: 'ID', text: 'only in the records of this call' },
    { name: 'reason', value: 'TEXT', text: 'why, for the record' },
    keyFileOption('who asks, so that the record says who it was'),
  ],
  examples: [['sallyport audit match --file arguments.json', 'which calls had exactly these arguments']],
  run: async (args, deps) => {
    const value = await readValue(args, deps);
    if (!value.ok) return complain(deps, EXIT.usage, value.error);
    const key = readPersonKey(args, deps);
    if (!key.ok) return complain(deps, EXIT.usage, key.error);
    const folder = dataFolder(args, deps);
    if (folder === undefined) return EXIT.config;
    const { subjects } = deps.admin(folder);
    const wanted = { values: spellingsOf(value.value), reason: args.text('reason') ?? null, key: key.value };
    const tally = await match(commitmentsIn(join(folder, 'audit'), args.text('id')), wanted, subjects);
    if (!tally.ok) return complainAbout(deps, tally.error);
    const { matches, tested, untestable } = tally.value;
    if (args.output === 'json') printJson(deps, tally.value);
    else if (matches.length > 0)
      printTable(
        deps,
        ['TIME', 'CALL', 'WHAT', 'LOG', 'RECORD'],
        matches.map(({ time, id, what, slot, seq }) => [time, id, what, slot, `${seq}`]),
      );
    const erased = untestable === 0 ? '' : ` ${untestable} more cannot be tested: their keys are destroyed.`;
    if (matches.length > 0) return EXIT.ok;
    return complain(deps, EXIT.failed, `None of the ${tested} commitments on record is of this value.${erased}`);
  },
};

async function readValue(args: ParsedArguments, deps: CliDeps): Promise<Result<Uint8Array, string>> {
  const [text, file] = [args.text('value'), args.text('file')];
  if ((text === undefined) === (file === undefined)) return fail('Give --value, or --file.');
  if (text !== undefined) return ok(Buffer.from(text));
  try {
    return ok(file === '-' ? Buffer.from(await deps.readStdin()) : readFileSync(resolve(deps.cwd, file ?? '')));
  } catch {
    return fail(`${file} cannot be read.`);
  }
}

/** What a value may be on record as. */
function spellingsOf(value: Uint8Array): readonly Wanted[] {
  const text = Buffer.from(value).toString().trim();
  const parsed = parseJson(value, { repairSurrogates: true });
  const result = parsed.ok ? (parsed.value.span(['result']) ?? parsed.value.span(['error'])) : undefined;
  const answers: (Uint8Array | string)[] = [value, text];
  if (parsed.ok && result !== undefined) answers.push(parsed.value.bytes.subarray(result.start, result.end));
  if (parsed.ok) answers.push(JSON.stringify(parsed.value.value));
  const wanted = [
    { member: 'args' as const, digest: digestOf(canonicalText(value) ?? canonicalJson(text)) },
    ...answers.map((answer) => ({ member: 'answer' as const, digest: digestOf(answer) })),
  ];
  return wanted.filter(({ digest, member }, at) => wanted.findIndex((one) => one.digest === digest && one.member === member) === at);
}

function digestOf(value: Uint8Array | string): string {
  return createHash('sha256').update(value).digest('hex');
}

async function* commitmentsIn(folder: string, id: string | undefined): AsyncGenerator<Found, void, undefined> {
  for await (const record of tailLogs(folder, { follow: false, limit: undefined })) {
    if (id !== undefined && record.members['id'] !== id) continue;
    for (const member of ['args', 'answer'] as const) {
      const commitment = record.members[member];
      if (typeof commitment !== 'object' || commitment === null || !('key' in commitment) || !('mac' in commitment)) continue;
      yield { member, key: String(commitment.key), mac: String(commitment.mac), record };
    }
  }
}

interface Question {
  readonly values: readonly Wanted[];
  readonly reason: string | null;
  readonly key: Secret | undefined;
}

async function match(found: AsyncIterable<Found>, question: Question, port: SubjectsPort): Promise<Result<Tally, AdminProblem>> {
  const known = new Map<string, readonly string[]>();
  const matches: Match[] = [];
  let tested = 0;
  let untestable = 0;
  let chunk: Found[] = [];
  const settle = async (): Promise<AdminProblem | undefined> => {
    const problem = await learnKeys(
      [...new Set(chunk.map(({ key }) => key))].filter((key) => !known.has(key)),
      question,
      port,
      known,
    );
    if (problem !== undefined) return problem;
    for (const { member, key, mac, record } of chunk) {
      const macs = known.get(key) ?? [];
      if (macs.length === 0) untestable += 1;
      else tested += 1;
      if (macs.includes(`${member}:${mac}`)) matches.push(toMatch(member, key, record));
    }
    chunk = [];
    return undefined;
  };
  for await (const one of found) {
    if (chunk.push(one) < CHUNK) continue;
    const problem = await settle();
    if (problem !== undefined) return fail(problem);
  }
  const problem = await settle();
  return problem === undefined ? ok({ matches, tested, untestable }) : fail(problem);
}

/** What the value would be on record as, under each of these keys; nothing under one that is destroyed. */
async function learnKeys(
  keys: readonly string[],
  { values, reason, key: shown }: Question,
  port: SubjectsPort,
  known: Map<string, readonly string[]>,
): Promise<AdminProblem | undefined> {
  for (let at = 0; at < keys.length; at += MAX_KEYS) {
    const asked = keys.slice(at, at + MAX_KEYS);
    const said = await port.match({ values: [...values], keys: asked, reason }, { key: shown });
    if (!said.ok) return said.error;
    const { macs } = said.value;
    for (const key of asked)
      known.set(
        key,
        values.flatMap(({ member }, index) => toMacs(member, macs[index]?.[key])),
      );
  }
  return undefined;
}

function toMacs(member: Member, mac: string | undefined): readonly string[] {
  return mac === undefined ? [] : [`${member}:${mac}`];
}

function toMatch(member: Member, key: string, { slot, seq, time, members }: TailRecord): Match {
  const { id } = members;
  return {
    id: typeof id === 'string' ? id : '',
    time: new Date(time).toISOString(),
    slot,
    seq,
    what: member === 'args' ? 'arguments' : 'result',
    key,
  };
}
