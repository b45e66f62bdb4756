// `sallyport vault open`: puts the two halves together. One comes from the gateway, for whoever a release is for; the other is the private key, which the
// gateway does not have. Both need not be on one machine: what the gateway gives can be saved and opened elsewhere.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { OpenedRelease, ReleaseView } from '../admin/index.ts';
import { openEnvelope, parseVaultKeyFile, readEnvelope, readHead, vaultFiles, vaultFolder } from '../audit/index.ts';
import type { EnvelopeHead } from '../audit/index.ts';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps, Command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { dataFolder } from './locate.ts';
import { keyFileOption, readPersonKey } from './person-key.ts';
import { complain, printJson, printLine, printText } from './print.ts';
import { complainAbout } from './problems.ts';
import { readBundle, writeBundle } from './vault-bundle.ts';
import type { BundledEnvelope } from './vault-bundle.ts';

export const openCommand: Command = {
  name: 'vault open',
  summary: 'Read what was released, with the private key of its purpose',
  description: [
    'The gateway gives its half of the keys, for envelopes of this release only, to whoever asked for it; that is on record each time. The other half is the private key. Where that is on another machine, save what was released and open the file there.',
    'Of a release of names, it says whose the pseudonyms are.',
  ],
  positionals: [{ name: 'RELEASE', text: 'id of the release, or a file that --save has written' }],
  options: [
    { name: 'private-key', value: 'FILE', text: 'the private key of the purpose, as vault keygen wrote it' },
    { name: 'save', value: 'FILE', text: 'do not open it: save it sealed, with the half of the gateway, into a new file' },
    keyFileOption('who asked for the release'),
  ],
  examples: [
    ['sallyport vault open rel_0011223344556677 --private-key incident.key --key-file ada.key', 'where all is at hand'],
    ['sallyport vault open rel_0011223344556677 --save case-7.release --key-file ada.key', 'to take it elsewhere'],
    ['sallyport vault open case-7.release --private-key incident.key', 'there'],
  ],
  run,
};

/** How opening an envelope ended. */
type State = 'opened' | 'erased' | 'gone' | 'other-key' | 'changed';

interface Opened {
  readonly envelope: string;
  readonly state: State;
  readonly head: EnvelopeHead | undefined;
  readonly value: string | undefined;
}

async function run(args: ParsedArguments, deps: CliDeps): Promise<ExitCode> {
  const source = args.word('RELEASE');
  const save = args.text('save');
  if (!source.startsWith('rel_'))
    return save === undefined ? openFile(source, args, deps) : complain(deps, EXIT.usage, `${source} is saved already.`);
  const key = readPersonKey(args, deps);
  if (!key.ok) return complain(deps, EXIT.usage, key.error);
  const folder = dataFolder(args, deps);
  if (folder === undefined) return EXIT.config;
  const privateKey = save === undefined ? readPrivateKey(args, deps) : ok(undefined);
  // What the gateway has given is on record as used: nothing is asked for that could then not be opened.
  if (!privateKey.ok && (args.text('private-key') !== undefined || !(await isAboutNames(source, folder, deps))))
    return complain(deps, EXIT.usage, privateKey.error);
  const opened = await deps.admin(folder).vault.open({ release: source }, { key: key.value });
  if (!opened.ok) return complainAbout(deps, opened.error);
  if (opened.value.release.kind === 'identity') return showNames(opened.value, args, deps);
  const envelopes = await collect(vaultFolder(folder), opened.value);
  if (save !== undefined) {
    const saved = writeBundle(resolve(deps.cwd, save), { release: opened.value.release, envelopes });
    if (!saved.ok) return complain(deps, EXIT.failed, saved.error);
    if (args.output === 'json') printJson(deps, { file: save, release: opened.value.release, envelopes: envelopes.length });
    else printLine(deps, `${envelopes.length} sealed envelopes of ${source} are in ${save}; only who has the private key can open them.`);
    return EXIT.ok;
  }
  if (!privateKey.ok || privateKey.value === undefined) return complain(deps, EXIT.usage, NO_KEY);
  return show(opened.value.release, openAll(envelopes, privateKey.value), args, deps);
}

async function isAboutNames(id: string, folder: string, deps: CliDeps): Promise<boolean> {
  const listed = await deps.admin(folder).vault.list();
  const release = listed.ok ? listed.value.find((one) => one.id === id) : undefined;
  // One that there is not is for the gateway to refuse, in its words.
  return release === undefined || release.kind === 'identity';
}

const NO_KEY = 'Say --private-key FILE to open it here, or --save FILE to open it where the private key is.';

type PrivateKey = NonNullable<ReturnType<typeof parseVaultKeyFile>>;

function readPrivateKey(args: ParsedArguments, deps: CliDeps): Result<PrivateKey, string> {
  const file = args.text('private-key');
  if (file === undefined) return fail(NO_KEY);
  try {
    const key = parseVaultKeyFile(readFileSync(resolve(deps.cwd, file), 'utf8'));
    return key === undefined ? fail(`${file} holds no private key as vault keygen writes it.`) : ok(key);
  } catch {
    return fail(`The private key ${file} cannot be read.`);
  }
}

function openFile(file: string, args: ParsedArguments, deps: CliDeps): ExitCode {
  const bundle = readBundle(resolve(deps.cwd, file));
  if (!bundle.ok) return complain(deps, EXIT.usage, bundle.error);
  const privateKey = readPrivateKey(args, deps);
  if (!privateKey.ok) return complain(deps, EXIT.usage, privateKey.error);
  return show(bundle.value.release, openAll(bundle.value.envelopes, privateKey.value), args, deps);
}

/** The envelopes of a release, in its order. Those that are not in the vault any more have no bytes. */
async function collect(folder: string, { keys }: OpenedRelease): Promise<readonly BundledEnvelope[]> {
  const wanted = new Set(keys.map(({ envelope }) => envelope));
  const paths = new Map<string, string>();
  for await (const { id, path } of vaultFiles(folder)) if (wanted.has(id)) paths.set(id, path);
  return Promise.all(
    keys.map(async ({ envelope, half }) => {
      const path = paths.get(envelope);
      return { envelope, half, bytes: path === undefined ? undefined : await readEnvelope(path) };
    }),
  );
}

function openAll(envelopes: readonly BundledEnvelope[], privateKey: PrivateKey): readonly Opened[] {
  return envelopes.map(({ envelope, half, bytes }) => {
    const head = bytes === undefined ? undefined : readHead(bytes);
    const of = (state: State, value?: string): Opened => ({ envelope, state, head, value });
    if (half === null) return of('erased');
    if (bytes === undefined) return of('gone');
    if (head === undefined || head.id !== envelope) return of('changed');
    const opened = openEnvelope(head, bytes, { privateKey, envelopeKey: Buffer.from(half, 'base64') });
    if (opened === 'recipient') return of('other-key');
    return opened === 'changed' ? of('changed') : of('opened', Buffer.from(opened).toString('utf8'));
  });
}

const SAYS: Readonly<Record<Exclude<State, 'opened'>, string>> = {
  erased: 'cannot be opened any more: whoever it is about was erased',
  gone: 'is not in the vault any more',
  'other-key': 'was sealed to another key than this',
  changed: 'was CHANGED since it was sealed',
};

function show(release: ReleaseView, all: readonly Opened[], args: ParsedArguments, deps: CliDeps): ExitCode {
  if (args.output === 'json') {
    printJson(deps, { release });
    for (const { envelope, state, head, value } of all) printJson(deps, { envelope, state, ...describeHead(head), value: value ?? null });
  } else {
    sayWhose(release, deps);
    for (const one of all) showOne(one, deps);
  }
  const wrong = all.filter(({ state }) => state === 'changed').length;
  if (wrong > 0) return complain(deps, EXIT.failed, `${wrong} of ${all.length} envelopes were changed since they were sealed.`);
  return all.some(({ state }) => state === 'opened') ? EXIT.ok : complain(deps, EXIT.failed, 'None of these could be opened.');
}

/** Whoever reads on sees for whom this was opened, and why. */
function sayWhose({ id, requestedBy, decidedBy, endsAt, reason }: ReleaseView, deps: CliDeps): void {
  printText(deps, `${id}, to ${requestedBy}, approved by ${decidedBy ?? 'nobody'}, until ${endsAt}: ${reason}`);
}

function showOne({ envelope, state, head, value }: Opened, deps: CliDeps): void {
  if (state !== 'opened' || head === undefined) return printText(deps, `\n${envelope} ${state === 'opened' ? '' : SAYS[state]}`);
  const { part, server, name, subject, time, isCut } = head;
  printText(
    deps,
    `\n${envelope}  ${new Date(time).toISOString()}  ${subject} → ${server} ${name}, ${part}${isCut ? ', its beginning' : ''}`,
  );
  printText(deps, value ?? '');
}

function describeHead(head: EnvelopeHead | undefined): object {
  if (head === undefined) return {};
  const { call, part, purpose, server, name, subject, time, isCut } = head;
  return { call, part, purpose, server, name, subject, sealed: new Date(time).toISOString(), isCut };
}

function showNames({ release, identities }: OpenedRelease, args: ParsedArguments, deps: CliDeps): ExitCode {
  if (args.output === 'json') printJson(deps, { release, identities });
  else {
    sayWhose(release, deps);
    for (const { pseudonym, kind, name } of identities)
      printText(
        deps,
        name === null ? `${pseudonym} was erased: nobody can say whose it was.` : `${pseudonym} is the ${kind ?? 'agent'} ${name}.`,
      );
  }
  return EXIT.ok;
}
