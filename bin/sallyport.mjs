#!/usr/bin/env node
// The `sallyport` command. On a Node that is new enough it runs the program in this process; on an older one it starts itself again
// under the Node that the checkout or the installed package brings. It decides nothing else.

import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { environmentWith, findNode, isNewEnough, launch, LaunchError, runInPlace } from '../scripts/launch.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

// A checkout has the source and runs it as it stands; a release has only the compiled form.
const mainUrl = [new URL('../src/main.ts', import.meta.url), new URL('../dist/main.js', import.meta.url)].find((url) =>
  existsSync(fileURLToPath(url)),
);

if (isNewEnough() && mainUrl !== undefined) {
  // Halves the time that a command takes to begin. Node's own place for this would be outside the checkout.
  nodeModule.enableCompileCache(join(root, 'node_modules', '.cache', 'sallyport'));
  // Whoever reads a command's output may stop reading, as `head` does: the command then has nothing left to do. A gateway has.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      const serves = process.argv[2] === 'serve';
      if (error.code === 'EPIPE') {
        if (!serves) process.exit(0);
        return;
      }
      if (serves) throw error;
      // A key that was just issued is issued: who reads this must know that only the text is lost.
      if (stream === process.stdout) {
        process.stderr.write(
          `sallyport: The output cannot be written (${error.code}). What the command did is done; only its output is lost.\n`,
        );
      }
      process.exit(1);
    });
  }
  try {
    await import(mainUrl.href);
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND' || !error.message.includes('Cannot find package')) throw error;
    process.stderr.write(`The dependencies of Sallyport are not installed. Run 'npm install' in ${root}.\n`);
    process.exitCode = 1;
  }
} else {
  await launch(() => {
    if (mainUrl === undefined) throw new LaunchError(`${root} holds neither src/main.ts nor dist/main.js: the installation is broken.`);
    const node = findNode(root);
    return runInPlace(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], environmentWith(node));
  });
}
