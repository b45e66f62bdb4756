// What a person types: one file per command. It asks the gateway or the files of a data folder; it never decides what an agent may do.
export { EXIT } from './exit-codes.ts';
export type { ExitCode } from './exit-codes.ts';
export type { CliDeps, Output, OutputFormat, ServeOptions } from './command.ts';
export { renderConsole } from './console.ts';
export { renderQuickstart } from './quickstart.ts';
export type { Quickstart } from './quickstart.ts';
export { renderCliReference } from './reference.ts';
export { runCli } from './run.ts';
export { userName } from './who.ts';
