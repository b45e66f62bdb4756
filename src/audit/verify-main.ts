// `sallyport-verify`: checks audit logs, and proofs about them, apart from the gateway that wrote them: for whoever does not want to run it, or not to trust
// it. Takes nothing but files and a public key. It must never import more of the program than this folder and src/base.

import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { checkProof } from './check-proof.ts';
import { findKeys } from './checkpoint-files.ts';
import { createProgressReport, describeBad, describeReport } from './describe-report.ts';
import type { VerifierKey } from './note.ts';
import { findUnreadable } from './readable.ts';
import { verifyLogs } from './verify.ts';

const USAGE = `usage: sallyport-verify FOLDER [OPTION…]
       sallyport-verify --proof FILE --key KEY

Checks the audit logs in FOLDER: that no record was changed, removed, added or moved, and that they are what was signed.

  --key KEY       a verifier key as the gateway's audit/checkpoint.key has it, or a file with some; may be given more than once
  --anchor FILE   notes that were kept elsewhere; may be given more than once
  --keeper FOLDER the folder keys of the data folder, where its keeper keeps what it signed last
  --proof FILE    checks a proof that sallyport audit prove made, and needs no logs
  --json          prints the report as JSON
  --help          shows this

Ends with 0 if everything holds, with 1 if anything does not, with 2 if it was not asked properly: also where a file that was named cannot be read.`;

const EXIT = { good: 0, bad: 1, usage: 2 } as const;

async function main(argv: readonly string[]): Promise<number> {
  const asked = readArguments(argv);
  if (asked === undefined) return complain(USAGE, EXIT.usage);
  const { values, positionals } = asked;
  if (values.help === true) return say(USAGE, EXIT.good);
  const [folder, ...more] = positionals;
  if (more.length > 0 || (folder === undefined) === (values.proof === undefined)) return complain(USAGE, EXIT.usage);
  const keys = await findKeys(values.key ?? []);
  if (!keys.ok) return complain(keys.error, EXIT.usage);
  if (values.proof !== undefined) return proveFile(values.proof, keys.value);
  const folders = [folder ?? '', ...(values.keeper === undefined ? [] : [values.keeper])];
  const unreadable = await findUnreadable({ files: values.anchor ?? [], folders });
  if (unreadable !== undefined) return complain(unreadable, EXIT.usage);
  const json = values.json === true;
  const report = await verifyLogs(folder ?? '', {
    keys: keys.value,
    anchors: values.anchor ?? [],
    keeper: values.keeper,
    onProgress: createProgressReport(
      (line) => complain(line, EXIT.good),
      () => performance.now(),
    ),
  });
  if (report.logs.length === 0) return complain(`There is no record in ${folder}.`, EXIT.bad);
  if (json) say(JSON.stringify(report), EXIT.good);
  else for (const line of describeReport(report)) say(line, EXIT.good);
  return report.ok ? EXIT.good : complain(describeBad(report), EXIT.bad);
}

async function proveFile(file: string, keys: readonly VerifierKey[] | undefined): Promise<number> {
  if (keys === undefined) return complain('A proof is checked with a key: name it with --key.', EXIT.usage);
  const unreadable = await findUnreadable({ files: [file] });
  if (unreadable !== undefined) return complain(unreadable, EXIT.usage);
  const checked = checkProof(await readFile(file, 'utf8'), keys);
  return checked.ok ? say(checked.value.says, EXIT.good) : complain(checked.error, EXIT.bad);
}

function readArguments(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        key: { type: 'string', multiple: true },
        anchor: { type: 'string', multiple: true },
        keeper: { type: 'string' },
        proof: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch {
    return undefined;
  }
}

function say(text: string, code: number): number {
  process.stdout.write(`${toHarmless(text)}\n`);
  return code;
}

function complain(text: string, code: number): number {
  process.stderr.write(`${toHarmless(text)}\n`);
  return code;
}

/** Nothing that stands in a file may steer the terminal. */
function toHarmless(text: string): string {
  return text.replaceAll(/[^\n\u0020-\u007e\u00a1-\u017f\u2010-\u2027]/g, '?');
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = complain(error instanceof Error ? error.message : 'It could not be checked.', EXIT.bad);
}
