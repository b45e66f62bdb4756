// The data folder is found in any config that says where it is, however wrong the rest; where it cannot be known, nothing is guessed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataFolderIn, readDataFolder } from './data-folder.ts';

const FILE = '/etc/sallyport/sallyport.yaml';
const ENV = { WHERE: '/srv/data' };

const found: readonly (readonly [name: string, text: string, folder: string])[] = [
  ['nothing said', 'version: 1\n', '/etc/sallyport/.sallyport'],
  ['an empty file', '', '/etc/sallyport/.sallyport'],
  ['no mapping', '- a\n', '/etc/sallyport/.sallyport'],
  ['a relative path', 'data: d\n', '/etc/sallyport/d'],
  ['an absolute path', 'data: /var/lib/sallyport\n', '/var/lib/sallyport'],
  ['JSON', '{"data": "d"}', '/etc/sallyport/d'],
  ['an anchor', 'x: &d d\ndata: *d\n', '/etc/sallyport/d'],
  ['a variable that is set', 'data: ${WHERE}\n', '/srv/data'],
  ['a variable with a default', 'data: ${ELSE:-d}\n', '/etc/sallyport/d'],
  [
    'a secret that is not set',
    'data: d\nservers: { t: { url: http://h/, headers: { Authorization: "Bearer ${TOKEN}" } } }\n',
    '/etc/sallyport/d',
  ],
  ['keys that nobody knows', 'serverz: {}\ndata: d\n', '/etc/sallyport/d'],
  ['a list that does not end', 'data: d\nlisten: [1\n', '/etc/sallyport/d'],
  ['a tab before it', 'listen:\n\t- a\ndata: d\n', '/etc/sallyport/d'],
  ['a data key of something else', 'servers:\n  data: { command: x }\n', '/etc/sallyport/.sallyport'],
];
for (const [name, text, folder] of found) {
  test(`found: ${name}`, () => assert.deepEqual(dataFolderIn(text, FILE, ENV), { ok: true, value: folder }));
}

for (const [name, text, says] of [
  ['a variable that is not set', 'data: ${ELSE}\n', /needs the environment variable ELSE/],
  ['a number', 'data: 7\n', /not the path of a folder/],
  ['a mapping', 'data: { a: b }\n', /not the path of a folder/],
  ['an empty text', 'data: ""\n', /not the path of a folder/],
  ['a key that nobody can read', 'a: "b\ndata: d\n', /too broken/],
] as const) {
  test(`not guessed: ${name}`, () => {
    const read = dataFolderIn(text, FILE, ENV);
    assert.ok(!read.ok);
    assert.match(read.error, says);
  });
}

test('without a file it is the default beside it', () => {
  assert.deepEqual(readDataFolder('/nowhere/sallyport.yaml', {}), { ok: true, value: '/nowhere/.sallyport' });
});
