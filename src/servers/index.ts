// What we stand in front of: the registry of servers and the ways to reach them.
export type { HttpServerConfig, ServerConfig, StdioServerConfig, ValuePart, ValueSource } from './schema.ts';
