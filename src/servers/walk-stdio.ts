// A walk to a server that is a program: it is started, asked which revisions it speaks, and for its tools; each in processes of their own.

import type { StdioDoor, StdioEvents, StdioLink } from './doors.ts';
import { askLines, DISCOVER, INITIALIZE } from './probe-questions.ts';
import { probeStdio, STDIO_PROBE_TIMEOUT_MS } from './probe.ts';
import type { StdioServerConfig } from './types.ts';
import { createSteps, NO_SIGHTS } from './walk.ts';
import type { Sights, Steps, Walk } from './walk.ts';
import { listOnLines, readSelf } from './walk-list.ts';

/** Starts it, asks it, and ends it. */
export async function walkStdio(config: StdioServerConfig, door: StdioDoor, nowMs: () => number): Promise<Walk> {
  const steps = createSteps();
  const beganMs = performance.now();
  const sights = await go(config, { door, nowMs, steps });
  return steps.finish(['process', 'era', 'list'], performance.now() - beganMs, sights);
}

interface Walking {
  readonly door: StdioDoor;
  readonly nowMs: () => number;
  readonly steps: Steps;
}

async function go({ name, command }: StdioServerConfig, { door, nowMs, steps }: Walking): Promise<Sights> {
  const open = (events: StdioEvents): StdioLink => door.open(name, events);
  const [first, verdict] = await Promise.all([
    timed(askLines(open, [[INITIALIZE]], STDIO_PROBE_TIMEOUT_MS).answer),
    timed(probeStdio(door, name, nowMs)),
  ]);
  const begun = first.value;
  if (!verdict.value.ok && typeof begun === 'string') {
    steps.failed('process', first.ms, begun, `Start '${command}' by hand, as the user that runs the gateway, and see what it says.`);
    return NO_SIGHTS;
  }
  // One of the newest era may keep silent on what it does not know, which says nothing of how fast it starts.
  steps.done('process', typeof begun === 'string' ? null : first.ms, 'It starts and answers.');
  if (!verdict.value.ok) {
    steps.failed('era', verdict.ms, verdict.value.error.reason, "Check 'command' and 'args': what is started is no MCP server.");
    return NO_SIGHTS;
  }
  const { revisions, modern } = verdict.value.value;
  steps.done('era', verdict.ms, `It speaks ${revisions.join(', ')}.`);
  const listed = await timed(listOnLines(open, modern, STDIO_PROBE_TIMEOUT_MS));
  const said = modern ? await askLines(open, [[DISCOVER]], STDIO_PROBE_TIMEOUT_MS).answer : begun;
  const sights: Sights = { ...NO_SIGHTS, revisions, says: typeof said === 'string' ? null : readSelf(said) };
  if ('problem' in listed.value) {
    steps.failed('list', listed.ms, listed.value.problem, 'It answers, and cannot say what tools it has: start it by hand and ask it.');
    return sights;
  }
  steps.done('list', listed.ms, `${listed.value.tools} tools on the first page of its list.`);
  return { ...sights, tools: listed.value.tools };
}

async function timed<T>(work: Promise<T>): Promise<{ readonly value: T; readonly ms: number }> {
  const beganMs = performance.now();
  return { value: await work, ms: performance.now() - beganMs };
}
