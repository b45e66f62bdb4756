// The reference page of the command line, made from the same texts as the help.

import { GROUPS } from './commands.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { commandHelp, overview } from './help.ts';

const MEANINGS: Readonly<Record<ExitCode, string>> = {
  [EXIT.ok]: 'It was done, and nothing is wrong.',
  [EXIT.failed]: 'The gateway, the policy or the server said no, a tool reported an error, or what was checked does not hold.',
  [EXIT.usage]: 'The command line makes no sense; nothing was tried.',
  [EXIT.config]: 'The config file is missing or wrong.',
  [EXIT.unreachable]: 'Nobody answers where the gateway should be.',
  [EXIT.unsure]: 'It was asked for and no answer came: it may have been done, and should be looked at before it is repeated.',
  [EXIT.internal]: 'A fault of the program itself.',
};

/** The page, in Markdown. */
export function renderCliReference(): string {
  const codes = Object.entries(MEANINGS).map(([code, meaning]) => `| ${code} | ${meaning} |`);
  const parts = [
    '# The command line',
    'Generated from the source; do not edit.',
    block(overview(GROUPS)),
    '## Exit codes',
    ['| code | meaning |', '|---|---|', ...codes].join('\n'),
    'Results go to standard output; what is wrong goes to standard error, with what to do about it. With `--output json` it is one JSON object there: `{"error": {"exitCode": 1, "message": "…"}}`, with `details`, or with `code` and `problems` as the gateway gives them.',
  ];
  for (const { commands } of GROUPS)
    for (const command of commands) parts.push(`## sallyport ${command.name}`, block(commandHelp(command)));
  return `${parts.join('\n\n')}\n`;
}

function block(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\``;
}
