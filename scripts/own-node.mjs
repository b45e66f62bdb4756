// Runs a script of this checkout with the checkout's own Node, installing the dependencies first when they are missing or
// out of date: `node scripts/own-node.mjs scripts/test.ts --no-skips`. It adds nothing to the script's output.

import { fileURLToPath } from 'node:url';

import { ensureInstalled, environmentWith, findNode, launch, LaunchError, runInPlace } from './launch.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

await launch(() => {
  const [script, ...args] = process.argv.slice(2);
  if (script === undefined) throw new LaunchError('usage: node scripts/own-node.mjs SCRIPT [ARGUMENT…]');
  ensureInstalled(root);
  const node = findNode(root);
  return runInPlace(node, [script, ...args], environmentWith(node));
});
