// Which worker holds what the gateway keeps for an agent: sessions with servers of the legacy era, processes of stdio servers. An agent
// that opens a connection per request meets every worker in turn, and must find the same state each time; so all of an agent's
// state is with one worker, chosen from the list of those that serve. Workers may disagree for a moment while the list changes:
// what is handed on is carried where it arrives.

/** Who holds what. */
export interface Placement {
  /** The worker that holds the state of this agent, if that is another one. */
  ownerElsewhere(tenant: string, agent: string): string | undefined;
  /** The workers that serve now. */
  update(workers: readonly string[]): void;
}

const MAX_CACHED = 100_000;

/** A placement that knows only this worker, `self`. */
export function createPlacement(self: string): Placement {
  let slots: readonly (readonly [string, string])[] = [];
  const owners = new Map<string, string>();

  return {
    ownerElsewhere: (tenant, agent) => {
      if (slots.length < 2) return undefined;
      const key = `${tenant}\u0000${agent}`;
      const owner = owners.get(key) ?? choose(slots, key);
      if (owners.size >= MAX_CACHED) owners.clear();
      owners.set(key, owner);
      return owner === self ? undefined : owner;
    },
    update: (workers) => {
      slots = newestOfEachSlot(workers);
      owners.clear();
    },
  };
}

/** Rendezvous hashing: when a slot comes or goes, only the agents of that slot move. A replaced worker keeps its slot's agents. */
function choose(slots: readonly (readonly [string, string])[], key: string): string {
  let best = '';
  let highest = -1;
  for (const [slot, worker] of slots) {
    const weight = hash(`${slot}\u0000${key}`);
    if (weight <= highest) continue;
    highest = weight;
    best = worker;
  }
  return best;
}

/** Names are role-slot.epoch; of two with the same slot the later epoch serves. */
function newestOfEachSlot(workers: readonly string[]): readonly (readonly [string, string])[] {
  const slots = new Map<string, readonly [number, string]>();
  for (const worker of workers) {
    const dot = worker.lastIndexOf('.');
    const slot = worker.slice(0, dot);
    const epoch = Number(worker.slice(dot + 1));
    if ((slots.get(slot)?.[0] ?? -1) < epoch) slots.set(slot, [epoch, worker]);
  }
  return [...slots].map(([slot, [, worker]]) => [slot, worker] as const);
}

/** FNV-1a, 32 bits, with a final mix (murmur3's), so that slots that differ in one digit spread. Not for secrets. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
