// `sallyport console`: where the console is, and a link that signs its reader in. Whoever may open the admin socket may do everything anyway, so it costs them
// nothing to be given a way in by browser.

import type { AdminPorts, LinkView } from '../admin/index.ts';
import type { CliDeps, Command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { dataFolder } from './locate.ts';
import { complain, printJson, printLine } from './print.ts';
import { complainAbout } from './problems.ts';
import { userName } from './who.ts';

/** As names of operators are; a user of the system may be called otherwise. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,62}$/;
const FALLBACK_NAME = 'admin';

export const consoleCommand: Command = {
  name: 'console',
  summary: 'Print a link that signs you in to the console',
  description: [
    'The link works once, until the time that is printed with it. It is for the operator who is called like you; where nobody can sign in yet, you become the first admin.',
    'Whoever opens it is signed in as that operator, so send it to nobody else. Others get theirs from `sallyport operators link`.',
  ],
  options: [{ name: 'operator', value: 'NAME', text: 'sign in as this operator instead of the one called like you' }],
  examples: [['sallyport console', 'then open what it prints in a browser on this machine']],
  run: async (args, deps) => {
    const folder = dataFolder(args, deps);
    if (folder === undefined) return EXIT.config;
    const gateway = deps.admin(folder);
    const listed = await gateway.operators.list();
    if (!listed.ok) return complainAbout(deps, listed.error);
    const named = args.text('operator');
    const name = named ?? ownName(deps);
    const isKnown = listed.value.operators.some((operator) => operator.name === name);
    if (!isKnown && (named !== undefined || listed.value.operators.length > 0))
      return complain(
        deps,
        EXIT.failed,
        `There is no operator called ${name}.`,
        `There are: ${listed.value.operators.map((operator) => operator.name).join(', ')}. Name one with --operator, or add this one: sallyport operators add ${name} --role ROLE.`,
      );
    const made = isKnown ? await gateway.operators.link(name) : await addFirst(gateway, name);
    if (!made.ok) return complainAbout(deps, made.error);
    return show(deps, name, made.value, args.output === 'json');
  },
};

async function addFirst(gateway: AdminPorts, name: string): ReturnType<AdminPorts['operators']['link']> {
  const added = await gateway.operators.add({ name, role: 'admin', groups: [], agents: [], link: false });
  return added.ok ? gateway.operators.link(name) : added;
}

function show(deps: CliDeps, operator: string, { url, expiresAt }: LinkView, asJson: boolean): ExitCode {
  if (asJson) printJson(deps, { operator, url, expiresAt });
  else {
    printLine(deps, url);
    printLine(deps, '');
    printLine(deps, `It signs in ${operator}, once, until ${expiresAt}.`);
  }
  return EXIT.ok;
}

function ownName(deps: CliDeps): string {
  const name = userName(deps.env);
  return NAME.test(name) ? name : FALLBACK_NAME;
}

/**
 * What is printed when the gateway's console is there. The link signs the first person in; undefined: none is to be shown, and the command, which makes one,
 * stands in its place.
 */
export function renderConsole(url: string, link: string | undefined, command = 'sallyport console'): string {
  return link === undefined
    ? `The console is at ${url}. This prints a link that signs you in:\n${command}\n`
    : `The console is at ${url}. This link signs you in, once, within ten minutes:\n${link}\n`;
}
