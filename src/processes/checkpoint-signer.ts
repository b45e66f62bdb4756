// The keeper's part in the record: it keeps a tree of its own for each log, and signs what that has come to. Whoever writes a log can only add to the
// tree: told of records that do not go on where it ends, or of a log that has fewer than were signed, it signs nothing. So a writer that was
// taken over may append what it likes, and can neither change nor take back what was signed before.

import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  emptyRange,
  isLogName,
  joinRanges,
  parseRange,
  printRange,
  printVerifierKey,
  readNote,
  rootOf,
  signCheckpoint,
  toOrigin,
  toSignerName,
  toVerifierKey,
} from '../audit/keeping.ts';
import type { CheckpointAnswer, CheckpointAsk, CompactRange } from '../audit/index.ts';
import { writePrivate } from './private-file.ts';

/** What was signed last of a log. */
export interface SignedLog {
  /** Random name of the log. */
  readonly log: string;
  readonly slot: string;
  readonly size: number;
  /** Epoch milliseconds. */
  readonly time: number;
  readonly note: string;
}

/** A log that control has found in the folder of its slot. */
export type SeenLog = Pick<SignedLog, 'log' | 'slot'>;

/** The key with which this node signs. */
export interface SigningKey {
  readonly name: string;
  readonly key: KeyObject;
}

/** Every member throws where the keeper's own files cannot be read: a new key, or a tree begun anew, would look like an answer. */
export interface CheckpointSigner {
  signingKey(): SigningKey;
  /** The public key as text, for whoever verifies. */
  verifierKey(): string;
  /** `slot`: whose log it is; another one's is not signed. */
  sign(slot: string, ask: CheckpointAsk): CheckpointAnswer;
  logs(): readonly SignedLog[];
  /** That these logs are where logs are kept: they give way to no other of their slot. */
  saw(logs: readonly SeenLog[]): void;
  /** The tree that was signed last. */
  treeOf(log: string): CompactRange | undefined;
  /** Lets go of what is known of a log, so that whatever is there counts from now on. What was, or undefined where nothing is known. */
  forget(log: string): SignedLog | undefined;
}

interface Key {
  readonly format: 1;
  /** The node whose logs it signs. */
  readonly node: string;
  /** PKCS #8, PEM. */
  readonly key: string;
}

interface State {
  readonly said: SignedLog;
  readonly tree: CompactRange;
  /** Control has found it where logs are kept. A name that was never there may be one that a worker has made up. */
  readonly isSeen: boolean;
}

/** So many logs a node has at most; a worker could name one after the other. */
const MAX_LOGS = 1_000;
/** And of one slot, whose folder was replaced so many times. */
const MAX_LOGS_PER_SLOT = 16;
/** A worker that was taken over can lay logs of any name into its folder for control to find: they must not take all of the slot's places. */
const MAX_SEEN_PER_SLOT = 8;

/** A signer whose key and trees are in `folder`; made when there are none. */
export function createCheckpointSigner(
  folder: string,
  node: string,
  nowMs: () => number,
  onGivenUp: (log: SignedLog) => void = () => {},
): CheckpointSigner {
  const trees = join(folder, 'checkpoints');
  let key: SigningKey | undefined;
  let states: Map<string, State> | undefined;

  const signingKey = (): SigningKey => (key ??= loadKey(join(folder, 'checkpoint-key.json'), node));
  const known = (): Map<string, State> => (states ??= loadStates(trees));

  const keep = (state: State): void => {
    const { said, tree, isSeen } = state;
    const seen = isSeen ? { seen: true } : {};
    writePrivate(join(trees, `${said.log}.json`), JSON.stringify({ format: 1, ...said, tree: printRange(tree), ...seen }));
    known().set(said.log, state);
  };
  const drop = (log: string): SignedLog | undefined => {
    const state = known().get(log);
    if (state === undefined) return undefined;
    rmSync(join(trees, `${log}.json`), { force: true });
    known().delete(log);
    return state.said;
  };
  const ofSlot = (slot: string): readonly State[] => [...known().values()].filter(({ said }) => said.slot === slot);
  const isFull = (slot: string): boolean => known().size >= MAX_LOGS || ofSlot(slot).length >= MAX_LOGS_PER_SLOT;
  /** Of what was never seen, what was signed longest ago: names that were made up must not keep the slot's next true log from being signed. */
  const weakest = (slot: string): SignedLog | undefined =>
    ofSlot(slot)
      .filter(({ isSeen }) => !isSeen)
      .map(({ said }) => said)
      .toSorted((a, b) => a.time - b.time)[0];
  const makeRoom = (slot: string): void => {
    const given = isFull(slot) ? weakest(slot) : undefined;
    if (given === undefined) return;
    drop(given.log);
    onGivenUp(given);
  };

  return {
    signingKey,
    verifierKey: () => {
      const { name, key: secret } = signingKey();
      return printVerifierKey(toVerifierKey(name, createPublicKey(secret)));
    },
    sign(slot, ask) {
      const { name, key: secret } = signingKey();
      const before = known().get(ask.log);
      const size = before?.said.size ?? 0;
      const disputed = (why: 'shorter' | 'different' | 'foreign'): CheckpointAnswer => ({
        kind: 'disputed',
        why,
        size,
        time: before?.said.time ?? 0,
      });
      if (!isLogName(ask.log) || (before !== undefined && before.said.slot !== slot)) return disputed('foreign');
      if (before === undefined && isFull(slot) && weakest(slot) === undefined) return disputed('foreign');
      if (ask.to < size) return disputed('shorter');
      if (ask.to === size && before !== undefined)
        return sameRoot(before.tree, ask.root) ? { kind: 'signed', note: before.said.note } : disputed('different');
      if (ask.from !== size) return { kind: 'elsewhere', size };
      const range = parseRange(ask.from, ask.to, ask.nodes);
      const tree = range === undefined ? undefined : joinRanges(before?.tree ?? emptyRange(), range);
      if (tree === undefined || !sameRoot(tree, ask.root)) return disputed('different');
      const time = nowMs();
      const origin = toOrigin(node, ask.log);
      const note = signCheckpoint({ origin, size: ask.to, root: rootOf(tree), time, chain: ask.chain }, name, secret);
      // On disk before anybody has it: a signature must never be for more than its signer remembers.
      if (before === undefined) makeRoom(slot);
      keep({ said: { log: ask.log, slot, size: ask.to, time, note }, tree, isSeen: before?.isSeen === true });
      return { kind: 'signed', note };
    },
    logs: () => [...known().values()].map(({ said }) => said),
    treeOf: (log) => known().get(log)?.tree,
    saw(logs) {
      for (const { log, slot } of logs) {
        const state = known().get(log);
        if (state === undefined || state.isSeen || state.said.slot !== slot) continue;
        if (ofSlot(slot).filter(({ isSeen }) => isSeen).length < MAX_SEEN_PER_SLOT) keep({ ...state, isSeen: true });
      }
    },
    forget: drop,
  };
}

function sameRoot(tree: CompactRange, root: string): boolean {
  return Buffer.from(rootOf(tree)).toString('hex') === root;
}

/** Throws where the key is another node's: under that name its notes would say what is not so. */
function loadKey(file: string, node: string): SigningKey {
  const found = readFile(file);
  if (found === undefined) {
    const { privateKey } = generateKeyPairSync('ed25519');
    const made: Key = { format: 1, node, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
    writePrivate(file, JSON.stringify(made));
    return { name: toSignerName(node), key: privateKey };
  }
  const value = parse(file, found);
  if (!isKey(value)) throw new Error(`${file} is of no known form`);
  if (value.node !== node) throw new Error(`${file} is the key of the node ${value.node}, and this is ${node}`);
  return { name: toSignerName(node), key: createPrivateKey(value.key) };
}

function loadStates(folder: string): Map<string, State> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const states = new Map<string, State>();
  for (const name of readdirSync(folder)) {
    if (!name.endsWith('.json')) continue; // What was being written when the power went.
    const file = join(folder, name);
    const state = toState(parse(file, readFile(file) ?? ''));
    if (state === undefined || `${state.said.log}.json` !== name) throw new Error(`${file} is of no known form`);
    states.set(state.said.log, state);
  }
  return states;
}

function toState(value: Readonly<Record<string, unknown>>): State | undefined {
  const { format, log, slot, note, tree, time, seen } = value;
  if (format !== 1 || typeof log !== 'string' || typeof slot !== 'string' || typeof note !== 'string' || typeof time !== 'number')
    return undefined;
  const size = readNote(note)?.size;
  const range = size === undefined || !Array.isArray(tree) ? undefined : parseRange(0, size, tree);
  return size === undefined || range === undefined
    ? undefined
    : { said: { log, slot, size, time, note }, tree: range, isSeen: seen === true };
}

function readFile(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new Error(`${file} cannot be read`, { cause: error });
  }
}

function parse(file: string, text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Said below.
  }
  throw new Error(`${file} is of no known form`);
}

function isKey(value: Readonly<Record<string, unknown>>): value is Readonly<Record<string, unknown>> & Key {
  return value['format'] === 1 && typeof value['node'] === 'string' && typeof value['key'] === 'string';
}
