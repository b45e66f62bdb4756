// Whose the CPU is, from what `perf script` says of each sample: the nearest function of ours on its stack is charged with it, and so with all that the
// runtime and the kernel did for it. What no function of ours asked for is named by what it is. Pure.

/** What was sampled, most first, as shares of all samples. */
export interface Shares {
  readonly samples: number;
  readonly folders: readonly Share[];
  readonly files: readonly Share[];
  readonly functions: readonly Share[];
}

/** A name, and its share of one. */
export interface Share {
  readonly name: string;
  readonly share: number;
}

/** Whom a sample is charged to. */
interface Owner {
  readonly folder: string;
  readonly file: string;
  readonly function: string;
}

/** A function of ours, as V8 tells perf of it: `JS:*name file:///…/src/folder/file.ts:line:column`; the mark says which compiler made it. */
const OURS = /JS:[*+~^']*(\S*) file:\/\/\S*\/src\/(\S+?\.ts):(\d+)/;
const NODES = /JS:[*+~^']*(\S*) (node:\S+?):\d+/;
const COLLECTING = /Heap::Scavenge|CollectGarbage|MarkCompact/;
/** Where the runtime works without a function of its own or of ours on the stack. */
const NATIVE = ['TLSWrap::', 'uv__io_poll', 'uv__stream', 'StreamBase', 'RunMicrotasks', 'Timers'];
/** The thread of a worker that carries calls; the others of its process are named by themselves. */
const MAIN_THREAD = 'sallyport worke';

/** Reads the lines of `perf script -F comm,tid,ip,sym`: a head for each sample, its stack from the innermost frame, an empty line. */
export function readShares(lines: Iterable<string>): Shares {
  const counts = { folder: new Map<string, number>(), file: new Map<string, number>(), function: new Map<string, number>() };
  let samples = 0;
  let thread = '';
  let stack: string[] = [];
  const take = (): void => {
    if (thread !== '' && stack.length > 0) {
      samples += 1;
      const owner = ownerOf(thread, stack);
      for (const kind of ['folder', 'file', 'function'] as const) counts[kind].set(owner[kind], (counts[kind].get(owner[kind]) ?? 0) + 1);
    }
    thread = '';
    stack = [];
  };
  for (const line of lines) {
    if (line.trim() === '') take();
    else if (/^\s/.test(line)) stack.push(line.trim().replace(/^\S+\s+/, ''));
    else thread = line.replace(/\s+\d+\s*$/, '').trim();
  }
  take();
  const sorted = (map: ReadonlyMap<string, number>): readonly Share[] =>
    [...map].map(([name, count]) => ({ name, share: count / samples })).toSorted((a, b) => b.share - a.share);
  return { samples, folders: sorted(counts.folder), files: sorted(counts.file), functions: sorted(counts.function) };
}

function ownerOf(thread: string, stack: readonly string[]): Owner {
  if (!thread.startsWith(MAIN_THREAD)) return all(`thread ${thread}`);
  if (stack.some((frame) => COLLECTING.test(frame))) return all('garbage collection on the main thread');
  for (const frame of stack) {
    const [, name = '', file, line = ''] = OURS.exec(frame) ?? [];
    if (file !== undefined) return { folder: file.split('/')[0] ?? file, file, function: `${file} ${name}:${line}` };
  }
  for (const frame of stack) {
    const [, name = '', module] = NODES.exec(frame) ?? [];
    if (module !== undefined) return { folder: 'Node itself', file: module, function: `${module} ${name}` };
  }
  const native = NATIVE.find((mark) => stack.some((frame) => frame.includes(mark))) ?? 'other native code';
  return { folder: 'Node itself', file: native, function: native };
}

function all(name: string): Owner {
  return { folder: name, file: name, function: name };
}
