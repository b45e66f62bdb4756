// What a command is: its place in the help, the arguments it takes, and what it does. And what it may use: no command reaches for the
// process, the clock or the terminal by itself, so that all of them can be run in a test.

import type { AdminPorts, AgentsPort, LockdownPort } from '../admin/index.ts';
import type { ActLog } from '../audit/index.ts';
import type { ParsedArguments } from './arguments.ts';
import type { Terminal } from './terminal.ts';

/** Something to write text to. */
export interface Output {
  write(text: string): unknown;
}

/** What `serve` was asked to do. */
export interface ServeOptions {
  /** Absolute path of the config file. */
  readonly configFile: string;
  /** Absolute path; undefined: as the config says. */
  readonly dataFolder: string | undefined;
  /** HOST:PORT in place of the config's first listener. */
  readonly listen: string | undefined;
  /** HOST:PORT in place of the config's, or `off`. */
  readonly console: string | undefined;
  readonly quickstart: boolean;
  readonly output: OutputFormat;
}

/** What commands need from the outside. */
export interface CliDeps {
  readonly version: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
  /** How errors are printed; runCli sets it from the command line. */
  readonly errorsAs?: OutputFormat;
  /** All of standard input as text. */
  readonly readStdin: () => Promise<string>;
  readonly now: () => Date;
  /** Aborted when the person wants a waiting command to end. */
  readonly interrupted: AbortSignal;
  /** The terminal that somebody looks at, with a screen of its own; undefined where there is none. */
  readonly openTerminal: () => Terminal | undefined;
  /** Runs a gateway until it is stopped; returns the exit code. */
  readonly serve: (options: ServeOptions) => Promise<number>;
  /** The gateway that runs on a data folder. Nothing is opened before the first question. */
  readonly admin: (dataFolder: string) => AdminPorts;
  /** The agents in a data folder on which no gateway runs. */
  readonly openAgents: (dataFolder: string) => { readonly agents: AgentsPort; close(): Promise<void> };
  /** The log of what commands do to a data folder on which no gateway runs. Rejects when it cannot be written. */
  readonly openActs: (dataFolder: string) => Promise<ActLog>;
  /** The kill switch of a data folder, without asking whoever runs on it: workers look at it by themselves. */
  readonly openLockdown: (dataFolder: string) => LockdownPort;
}

/** How results are printed. */
export type OutputFormat = 'table' | 'json';

/** An option beside the common ones. */
export interface OptionSpec {
  readonly name: string;
  /** What stands for its value in the help; undefined: it takes none. */
  readonly value?: string;
  /** May be given more than once. */
  readonly repeated?: boolean;
  readonly text: string;
}

/** A word that stands by itself. */
export interface PositionalSpec {
  /** In capitals, as the help shows it. */
  readonly name: string;
  readonly text: string;
  readonly optional?: boolean;
  /** Takes all the words that are left. */
  readonly repeated?: boolean;
}

/** One command, like `agents add`. */
export interface Command {
  readonly name: string;
  /** One line for lists. */
  readonly summary: string;
  /** What a person should know before using it; paragraphs. */
  readonly description?: readonly string[];
  readonly positionals?: readonly PositionalSpec[];
  readonly options?: readonly OptionSpec[];
  /** Command lines that work, with what they do. */
  readonly examples?: readonly (readonly [line: string, text: string])[];
  /** Does it; the exit code is one of ours, or for `serve` the gateway's. */
  readonly run: (args: ParsedArguments, deps: CliDeps) => Promise<number>;
}
