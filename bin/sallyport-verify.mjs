#!/usr/bin/env node
// The `sallyport-verify` command: checks audit logs and proofs apart from the gateway. Only finds the program and a Node that is new enough for it.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { environmentWith, findNode, isNewEnough, launch, LaunchError, runInPlace } from '../scripts/launch.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const mainUrl = [new URL('../src/audit/verify-main.ts', import.meta.url), new URL('../dist/audit/verify-main.js', import.meta.url)].find(
  (url) => existsSync(fileURLToPath(url)),
);

if (isNewEnough() && mainUrl !== undefined) {
  await import(mainUrl.href);
} else {
  await launch(() => {
    if (mainUrl === undefined) throw new LaunchError(`${root} holds neither src/audit/verify-main.ts nor dist/audit/verify-main.js.`);
    const node = findNode(root);
    return runInPlace(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], environmentWith(node));
  });
}
