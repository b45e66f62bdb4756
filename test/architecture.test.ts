// The house, enforced. The table below is the only place that says which folder may use which; ARCHITECTURE.md prints it.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SRC = join(ROOT, 'src');

/** Folder → folders it may import. Listed in the order of the sentence; nobody may import downwards. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  telemetry: ['base'],
  http: ['base'],
  mcp: ['base'],
  tls: ['base', 'telemetry', 'http'],
  agents: ['base', 'telemetry', 'http', 'mcp', 'tls'],
  servers: ['base', 'telemetry', 'http', 'mcp', 'tls'],
  tools: ['base', 'mcp', 'servers'],
  inspection: ['base', 'mcp'],
  policies: ['base', 'mcp', 'agents', 'servers', 'tools', 'inspection'],
  audit: ['base', 'telemetry'],
  config: ['base', 'telemetry', 'agents', 'servers', 'tools', 'policies', 'inspection', 'audit', 'tls'],
  proxy: ['base', 'telemetry', 'http', 'mcp', 'tls', 'agents', 'servers', 'tools', 'policies', 'inspection', 'audit', 'config'],
  cluster: ['base', 'telemetry', 'tls', 'audit', 'config', 'agents', 'tools', 'policies'],
  admin: ['base', 'telemetry', 'tls', 'config', 'audit', 'cluster', 'agents'],
  connector: ['base', 'telemetry', 'http', 'mcp', 'tls'],
  processes: [
    'base',
    'telemetry',
    'http',
    'mcp',
    'tls',
    'agents',
    'servers',
    'tools',
    'policies',
    'inspection',
    'audit',
    'config',
    'proxy',
    'cluster',
    'admin',
  ],
  cli: ['base', 'telemetry', 'http', 'mcp', 'tls', 'agents', 'servers', 'policies', 'inspection', 'config', 'audit', 'admin', 'cluster'],
};

/** Same input, same answer: no I/O, no clock, no randomness. Other domains only as types, except what is listed. */
const PURE: ReadonlySet<string> = new Set(['base', 'mcp', 'policies', 'inspection']);
/** The pure folders' only doors to Node. */
const DOORS: ReadonlySet<string> = new Set(['base/digest.ts', 'base/inflate.ts']);
const IMPURE = /\b(Date\.now|new Date\(\)|performance\.now|Math\.random|process\.|setTimeout|setInterval|console\.)/;
/** Rooms whose walls stand and whose work comes later. */
const EMPTY: ReadonlySet<string> = new Set(['connector']);
/** Lists of what stands in their folder, one line for each file: data, behind a door of its own. */
const LISTS: ReadonlySet<string> = new Set(['inspection/detectors/index.ts', 'inspection/validators/index.ts']);
/** The composition root: knows everyone, known by nobody. */
const ROOT_FILES: ReadonlySet<string> = new Set(['main.ts', 'serve.ts', 'commands.ts']);
/** The declared second doors: for browsers; and for the supervisor and the keeper, which a start waits for, and which need little of large folders. */
const SECOND_DOORS: ReadonlySet<string> = new Set([
  'admin/contract.ts',
  'audit/keeping.ts',
  'audit/places.ts',
  'config/keeping.ts',
  'config/places.ts',
  'tools/pins.ts',
]);

const IMPORT = /^\s*(?:import|export)\s(?:[^'"]*?\sfrom\s)?['"]([^'"]+)['"]|import\(['"]([^'"]+)['"]\)/gm;

interface SourceFile {
  readonly path: string;
  readonly folder: string;
  readonly text: string;
  readonly imports: readonly { readonly specifier: string; readonly typeOnly: boolean }[];
}

const files = walk(SRC)
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
  .map(read);

test('the walk sees the house', () => {
  assert.ok(files.length > 50, `only ${files.length} files were found`);
  for (const folder of Object.keys(MAY_IMPORT)) {
    const count = files.filter((file) => file.folder === folder).length;
    assert.equal(count > 0, !EMPTY.has(folder), `src/${folder} has ${count} files`);
  }
});

test('every folder is in the table', () => {
  for (const file of files)
    if (file.folder !== '') assert.ok(Object.hasOwn(MAY_IMPORT, file.folder), `src/${file.path} is in no known folder`);
  for (const file of files) if (file.folder === '') assert.ok(ROOT_FILES.has(file.path), `src/${file.path} belongs into a folder`);
});

test('folders import only what the table allows, by the front door', () => {
  for (const file of files) {
    if (file.folder === '') continue;
    for (const { specifier, typeOnly } of file.imports) {
      const target = resolve(file, specifier);
      if (target === undefined || target.folder === file.folder) continue;
      assert.ok(
        MAY_IMPORT[file.folder]?.includes(target.folder),
        `src/${file.path} imports ${target.path}: ${file.folder} may not use ${target.folder}`,
      );
      const door = basename(target.path) === 'index.ts' || SECOND_DOORS.has(target.path);
      assert.ok(door, `src/${file.path} enters ${target.folder} by ${target.path} instead of its index.ts`);
      if (PURE.has(file.folder) && target.folder !== 'base' && !PURE.has(target.folder))
        assert.ok(typeOnly, `src/${file.path} is pure and takes more than types from ${target.folder}`);
    }
  }
});

test('pure folders have no way out', () => {
  for (const file of files) {
    if (!PURE.has(file.folder) || DOORS.has(file.path)) continue;
    for (const { specifier } of file.imports)
      assert.ok(!specifier.startsWith('node:'), `src/${file.path} is pure and imports ${specifier}`);
    assert.equal(IMPURE.exec(withoutTexts(withoutComments(file.text)))?.[0], undefined, `src/${file.path} is pure`);
  }
});

test('no folder is called by what it is not', () => {
  for (const file of files) assert.doesNotMatch(file.path, /(^|\/)(utils?|helpers?|common|lib|core|shared|services?|managers?)(\/|\.ts$)/);
});

test('every file says what it is for', () => {
  for (const file of files) assert.match(file.text, /^\/\/ \S/, `src/${file.path} has no header`);
});

test('front doors have no logic', () => {
  for (const file of files.filter((one) => basename(one.path) === 'index.ts')) {
    const rest = withoutComments(file.text).replaceAll(/export (type )?\{[^}]*\} from '[^']+';/g, '');
    const own = LISTS.has(file.path)
      ? rest
          .replaceAll(/import (type )?\{[^}]*\} from '[^']+';/g, '')
          .replaceAll(/export const [A-Z_]+: [^=]+ = [^[(;]*\(?\[[\w\s,.]*\]\)?;/g, '')
      : rest;
    assert.equal(own.trim(), '', `src/${file.path} has more than named re-exports`);
  }
});

function walk(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? walk(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}

function read(path: string): SourceFile {
  const text = readFileSync(path, 'utf8');
  const name = relative(SRC, path).replaceAll('\\', '/');
  const imports = [...text.matchAll(IMPORT)].map((match) => ({
    specifier: match[1] ?? match[2] ?? '',
    typeOnly: /^\s*(import|export)\s+type\s/.test(match[0]),
  }));
  return { path: name, folder: name.includes('/') ? name.slice(0, name.indexOf('/')) : '', text, imports };
}

function resolve(file: SourceFile, specifier: string): { readonly path: string; readonly folder: string } | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const path = relative(SRC, join(SRC, file.path, '..', specifier)).replaceAll('\\', '/');
  return { path, folder: path.includes('/') ? path.slice(0, path.indexOf('/')) : '' };
}

/** Code without what only stands in texts and patterns: detectors look for words that nobody may write here. What is filled into a text is code. */
function withoutTexts(code: string): string {
  return code
    .replaceAll(/`(?:\\.|[^`\\])*`/g, (text) => Array.from(text.matchAll(/\$\{([^}]*)\}/g), ([, inside]) => inside).join(';'))
    .replaceAll(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g, "''")
    .replaceAll(/(?<=[=(,:[!&|?;]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/g, '//');
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '$1');
}
