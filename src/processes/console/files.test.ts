import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { readConsoleFiles } from './files.ts';
import { fileFor } from './send-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-'));
after(() => rmSync(folder, { recursive: true }));
const SCRIPT = `console.log(1);\n`.repeat(200);
mkdirSync(join(folder, 'assets'));
writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Console</title>');
writeFileSync(join(folder, '.digest'), 'abc');
writeFileSync(join(folder, 'assets', 'index-1a2b.js'), SCRIPT);
writeFileSync(join(folder, 'assets', 'index-1a2b.js.map'), '{}');
writeFileSync(join(tmpdir(), 'elsewhere.txt'), 'secret');
symlinkSync(join(tmpdir(), 'elsewhere.txt'), join(folder, 'link.txt'));
const files = readConsoleFiles(folder);

test('assets are kept for ever, pages are asked for again', () => {
  assert.equal(files.find('/assets/index-1a2b.js')?.cacheControl, 'public, max-age=31536000, immutable');
  assert.equal(files.index?.cacheControl, 'no-cache');
  assert.equal(files.find('/')?.type, 'text/html; charset=utf-8');
});

test('what is smaller compressed is kept compressed', () => {
  const script = files.find('/assets/index-1a2b.js');
  assert(script?.gzipped !== undefined && script.gzipped.length < script.bytes.length);
  assert.equal(gunzipSync(script.gzipped).toString(), SCRIPT);
});

for (const path of [
  '/.digest',
  '/assets/index-1a2b.js.map',
  '/link.txt',
  '/../index.html',
  '/assets/../index.html',
  '/assets/%2e%2e/index.html',
  '//index.html',
  '/assets',
  '/__proto__',
]) {
  test(`${path} is no file`, () => assert.equal(files.find(path), undefined));
}

test('a page of the console is its index; a part that is not there is none', () => {
  const html = 'text/html,application/xhtml+xml';
  assert.equal(fileFor(files, '/agents/claude.code', html), files.index);
  assert.equal(fileFor(files, '/agents/claude.code', '*/*'), undefined);
  assert.equal(fileFor(files, '/assets/index-gone.js', html), undefined);
});

test('a console that was not built has no files', () => {
  const none = readConsoleFiles(join(folder, 'nowhere'));
  assert.equal(none.index, undefined);
  assert.equal(fileFor(none, '/', 'text/html'), undefined);
});
