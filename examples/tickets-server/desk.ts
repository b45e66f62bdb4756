// The tickets themselves: in memory, and in one JSON file when there is a folder for it. The file is replaced as a whole, so that
// whoever reads it never sees half of it.

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

/** A ticket. */
export const TICKET = z.object({
  id: z.int(),
  queue: z.string(),
  title: z.string(),
  status: z.enum(['open', 'closed']),
  createdAt: z.iso.datetime(),
  resolution: z.string().optional(),
});
export type Ticket = z.infer<typeof TICKET>;

/** What a new desk starts with, so that there is something to list. */
const SAMPLES: readonly Ticket[] = [
  { id: 1, queue: 'billing', title: 'Invoice 2071 was charged twice', status: 'open', createdAt: '2026-11-02T09:15:00.000Z' },
  { id: 2, queue: 'support', title: 'The export of last month is empty', status: 'open', createdAt: '2026-11-03T14:40:00.000Z' },
  {
    id: 3,
    queue: 'support',
    title: 'Password reset mail does not arrive',
    status: 'closed',
    createdAt: '2026-10-28T07:05:00.000Z',
    resolution: 'The address had a typing error.',
  },
];

/** All tickets of one server. */
export class TicketDesk {
  readonly #file: string | undefined;
  readonly #tickets: Map<number, Ticket>;
  #saving: Promise<void> = Promise.resolve();
  #changed: () => void = () => undefined;

  private constructor(file: string | undefined, tickets: readonly Ticket[]) {
    this.#file = file;
    this.#tickets = new Map(tickets.map((ticket) => [ticket.id, ticket]));
  }

  /** Reads the tickets from a folder, or starts with a few samples; without a folder nothing is kept. */
  static async open(folder: string | undefined): Promise<TicketDesk> {
    if (folder === undefined) return new TicketDesk(undefined, SAMPLES);
    await mkdir(folder, { recursive: true });
    const file = join(folder, 'tickets.json');
    return new TicketDesk(file, await readTickets(file));
  }

  /** Calls back after every change. */
  onChange(listener: () => void): void {
    this.#changed = listener;
  }

  /** Tickets by status and queue, oldest first; undefined means any. */
  list(status?: Ticket['status'], queue?: string): Ticket[] {
    return [...this.#tickets.values()].filter(
      (ticket) => (status === undefined || ticket.status === status) && (queue === undefined || ticket.queue === queue),
    );
  }

  get(id: number): Ticket | undefined {
    return this.#tickets.get(id);
  }

  async create(queue: string, title: string): Promise<Ticket> {
    const id = Math.max(0, ...this.#tickets.keys()) + 1;
    return this.#keep({ id, queue, title, status: 'open', createdAt: new Date().toISOString() });
  }

  /** Closes a ticket; undefined when there is none with this id. */
  async close(id: number, resolution: string): Promise<Ticket | undefined> {
    const ticket = this.#tickets.get(id);
    return ticket === undefined ? undefined : this.#keep({ ...ticket, status: 'closed', resolution });
  }

  async #keep(ticket: Ticket): Promise<Ticket> {
    this.#tickets.set(ticket.id, ticket);
    // One after the other: two saves at once would race for the same file.
    this.#saving = this.#saving.catch(() => undefined).then(() => this.#save());
    await this.#saving;
    this.#changed();
    return ticket;
  }

  async #save(): Promise<void> {
    if (this.#file === undefined) return;
    await writeFile(`${this.#file}.new`, `${JSON.stringify([...this.#tickets.values()], null, 2)}\n`);
    await rename(`${this.#file}.new`, this.#file);
  }
}

async function readTickets(file: string): Promise<readonly Ticket[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return SAMPLES;
    throw error;
  }
  try {
    return z.array(TICKET).parse(JSON.parse(text));
  } catch (error) {
    throw new Error(`${file} does not hold tickets. Repair it, or move it away to start anew.`, { cause: error });
  }
}
