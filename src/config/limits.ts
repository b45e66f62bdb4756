// Every cap and wait of the gateway in one place, with its default and the reason for it. Counts are per worker unless they say otherwise.

import * as z from 'zod';
import type { Limits } from './types.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const SECOND = 1000;
const MINUTE = 60 * SECOND;

const bytes = (value: number, description: string) =>
  z
    .int()
    .min(1024)
    .max(1024 * MIB)
    .meta({ description, examples: [value] })
    .default(value);
const count = (value: number, description: string) =>
  z
    .int()
    .min(1)
    .max(1_000_000)
    .meta({ description, examples: [value] })
    .default(value);
const wait = (value: number, description: string) =>
  z
    .int()
    .min(1)
    .max(24 * 60 * MINUTE)
    .meta({ description, examples: [value] })
    .default(value);

/** The `limits` of a config. */
export const limitsSchema = z
  .strictObject({
    // What common servers and load balancers allow, so that nothing passes them and fails here.
    maxHeadBytes: bytes(16 * KIB, 'Largest request head, in bytes.'),
    maxHeaders: count(100, 'Most header fields in a request head.'),
    // A body is held whole while it is judged: with this, 1 000 requests at once hold 4 GiB at the very worst.
    maxBodyBytes: bytes(4 * MIB, 'Largest request body, in bytes.'),
    // 10 000 tools with their schemas take 10 to 15 MiB.
    maxListBytes: bytes(16 * MIB, 'Largest answer that must be held whole to be filtered, such as a list of tools, in bytes.'),
    maxConnections: count(4096, 'Most connections open at once.'),
    // High enough for many agents behind one address, low enough that one address cannot take everything.
    maxConnectionsPerAddress: count(512, 'Most connections open at once from one client address.'),
    maxPipelined: count(8, 'Most requests waiting on one connection behind the one being answered.'),
    maxRequestsPerConnection: count(10_000, 'Requests after which a connection is closed, so that clients spread over workers.'),
    maxStreamsPerAgent: count(128, 'Most answer streams open at once for one agent.'),
    maxSessionsPerAgent: count(256, 'Most sessions of older protocol revisions open at once for one agent.'),
    maxInFlightPerServer: count(
      256,
      'Most calls under way at once to one server; more are refused, so that one slow server does not hold everything. Calls of critical agents find a quarter more places.',
    ),
    // A program takes 50 to 100 MiB where it is written in Node or Python: with this, a worker's take at most 13 GiB.
    maxProcesses: count(128, 'Most programs of stdio servers running at once for agents.'),
    // An agent that uses ten servers, some in several sessions.
    maxProcessesPerAgent: count(32, 'Most programs of stdio servers running at once for one agent.'),
    // Half of all, so that one server that everybody uses leaves room for the others.
    maxProcessesPerServer: count(64, 'Most programs running at once of one stdio server.'),
    highWaterBytes: bytes(64 * KIB, 'Bytes waiting to be sent on one connection above which its source is paused.'),
    // A head is one or two packets; who needs longer is attacking or will try again.
    headTimeoutMs: wait(5 * SECOND, 'Milliseconds for a request head to arrive.'),
    bodyTimeoutMs: wait(30 * SECOND, 'Milliseconds for a request body to arrive.'),
    // Longer than the 60 s after which load balancers give up idle connections, so that it is they who close.
    keepAliveTimeoutMs: wait(65 * SECOND, 'Milliseconds an idle connection of an agent is kept.'),
    // Whoever is turned away has failed, as far as most models know; half a second is little beside what a model takes to think. Longer lines only make everybody wait.
    queueTimeoutMs: z
      .int()
      .min(1)
      .max(10 * SECOND)
      .meta({
        description:
          'Milliseconds that a call may wait for its turn in a worker that has more to do than it can, before those that come behind it are turned away. Calls of critical agents wait four times as long, of batch agents a fifth of it.',
        examples: [500],
      })
      .default(500),
    writeTimeoutMs: wait(30 * SECOND, 'Milliseconds a client may take no byte of a waiting answer.'),
    connectTimeoutMs: wait(10 * SECOND, 'Milliseconds for a connection to a server to be made.'),
    // MCP clients give up a request after 60 s.
    answerTimeoutMs: wait(60 * SECOND, 'Milliseconds to the first byte of the answer of a server.'),
    streamIdleTimeoutMs: wait(5 * MINUTE, 'Milliseconds between two bytes of the answer of a server.'),
    // Bytes that trickle in keep an answer alive for ever; no person and no agent waits for longer than this.
    callTimeoutMs: wait(
      60 * MINUTE,
      'Milliseconds for the whole answer of a server over HTTP, however it comes; streams that are listened to are not counted.',
    ),
    // MCP clients give up a request after 60 s.
    approvalWaitMs: z
      .int()
      .min(1)
      .max(45 * SECOND)
      .meta({
        description: 'Milliseconds that a call waits for the person who must approve it, before the agent is told to send it again.',
        examples: [20 * SECOND],
      })
      .default(45 * SECOND),
    sessionIdleMs: wait(30 * MINUTE, 'Milliseconds after which a session that nobody uses ends.'),
    // Tool calls under way when a worker is replaced often take longer than ten seconds.
    drainGraceMs: wait(30 * SECOND, 'Milliseconds that calls under way may take when a worker is replaced or the gateway stops.'),
  })
  .meta({
    description: 'Caps and waits. Sizes in bytes, times in milliseconds.',
    examples: [{ maxBodyBytes: 4 * MIB }],
  }) satisfies z.ZodType<Limits>;
