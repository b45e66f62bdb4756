// How tests start a gateway, talk to it byte by byte, and play the servers behind it. Used by walks, attacks and conformance.
// Nothing in here may use the code under test: the other end has to be somebody else.
export { endWithUs } from './children.ts';
export { readStatus, readWorkers, servingWorkers } from './admin.ts';
export type { WorkerRow } from './admin.ts';
export { ALLOW_ALL, testConfig } from './config.ts';
export type { TestConfig } from './config.ts';
export { repositoryRoot, sallyport, startGateway, until } from './gateway.ts';
export type { CommandResult, Gateway, GatewayOptions } from './gateway.ts';
export { openStream, rawExchange, send } from './http.ts';
export type { HttpAnswer, HttpStream, SendOptions, SseEvent } from './http.ts';
export { callOnce, KeptConnection, startLoad } from './load.ts';
export type { CallOnce, Load, LoadReport } from './load.ts';
export { childrenOf, isRunning } from './processes.ts';
export { decisionAbout, readRecords } from './records.ts';
export type { LogRecord } from './records.ts';
export { answerRound, ASKABLE, question, roundIn, YES } from './rounds.ts';
export type { OpenRound } from './rounds.ts';
export { startEchoServer } from './servers/echo-server.ts';
export type { EchoOptions, EchoServer } from './servers/echo-server.ts';
export { legacyAnswers, modernAnswers, startScriptedServer, UPSTREAM_SESSION } from './servers/scripted-server.ts';
export type { Answers, Exchange, ScriptedServer } from './servers/scripted-server.ts';
export { startTaskServer } from './servers/task-server.ts';
export type { TaskServer } from './servers/task-server.ts';
export { startProgram } from './programs.ts';
export type { Program } from './programs.ts';
export { at, LegacySession, META, modernCall, modernRequest, modernStream, rpc, textAt } from './mcp.ts';
export type { LegacyOptions, ModernOptions, RpcAnswer } from './mcp.ts';
