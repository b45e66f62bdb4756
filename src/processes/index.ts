// What keeps the gateway alive and apart: the supervisor, its children, and how they talk.
export type { Duties, Links } from './child.ts';
export type { ListenSocket } from './listen-sockets.ts';
export type { Init, Role } from './messages.ts';
export { nodeFlags } from './spawn.ts';
export { startSupervisor } from './supervisor.ts';
export type { Supervisor } from './supervisor.ts';
