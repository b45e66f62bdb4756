// Whoever wants to know of each server how many there are of something asks once a second, of hundreds of servers and thousands of sessions.

/** How many there are of a server. They are counted once, now: asking for each server costs no more than asking for one. */
export function countPerServer(...groups: readonly Iterable<{ readonly server: string }>[]): (server: string) => number {
  const counts = new Map<string, number>();
  for (const group of groups) for (const { server } of group) counts.set(server, (counts.get(server) ?? 0) + 1);
  return (server) => counts.get(server) ?? 0;
}
