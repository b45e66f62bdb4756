// One measurement: one generator run against one target, with what the kernel says about the proxy's processes and both cores.

import { fileURLToPath } from 'node:url';

import type { Children } from './children.ts';
import { busyShare, readCore, readUsage, stolenShare } from './procfs.ts';
import type { Caller, GeneratorEvent, GeneratorResult, LoadPlan, Pace } from './workload.ts';

/** Generator and upstream share one core, the proxy has the other. */
export const LOAD_CORE = 0;
export const PROXY_CORE = 1;

const GENERATOR = fileURLToPath(new URL('./generator.ts', import.meta.url));

/** What is measured: something that listens, and the process tree that stands in the path. */
export interface Target {
  readonly port: number;
  readonly caFile: string | undefined;
  readonly callers: readonly Caller[];
  readonly route: string;
  /** Body of the right answer to the request with FIRST_ID. */
  readonly answer: string;
  /** Root of the proxy's process tree; undefined: nothing stands in the path. */
  readonly proxyPid: number | undefined;
  /** The script of processes in that tree which are not the proxy but the upstream, started by it. */
  readonly standIn: string | undefined;
}

/** The three loads. */
export const PHASES = {
  /** As fast as 50 connections go. */
  saturation: { connections: 50, pace: { kind: 'closed' } },
  /** One call at a time. */
  single: { connections: 1, pace: { kind: 'closed' } },
  /** 1 000 calls a second over 50 connections, on a schedule. */
  paced: { connections: 50, pace: { kind: 'open', ratePerSecond: 1000 } },
} as const satisfies Record<string, { readonly connections: number; readonly pace: Pace }>;

export type Phase = keyof typeof PHASES;

/** A load of another kind. */
export type Load = Pick<LoadPlan, 'connections' | 'pace' | 'refusals'>;

/** How long a measurement takes. */
export interface Timing {
  readonly warmupMs: number;
  readonly measureMs: number;
}

/** The figures of one measurement. Undefined where nothing stands in the path. */
export interface Measurement {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuPerRequestUs: number | undefined;
  /** CPU time of the proxy's processes over wall time: 1 is one whole core. */
  readonly proxyCpuShare: number | undefined;
  readonly proxyCoreBusy: number;
  readonly loadCoreBusy: number;
  /** Share of the time that the hypervisor took from the proxy's core. */
  readonly stolenShare: number;
  readonly peakRssBytes: number | undefined;
  readonly generator: GeneratorResult;
}

/** Runs one of the three loads against one target. Rejects when any answer was wrong: a figure over errors is no figure. */
export function measure(children: Children, target: Target, phase: Phase, timing: Timing): Promise<Measurement> {
  return measureLoad(children, target, { ...PHASES[phase], refusals: 'errors' }, timing);
}

/** The same with any load. */
export async function measureLoad(children: Children, target: Target, load: Load, timing: Timing): Promise<Measurement> {
  const child = children.start({ name: 'generator', command: process.execPath, args: [GENERATOR], cores: String(LOAD_CORE) });
  const { port, caFile, callers, route, answer } = target;
  const plan: LoadPlan = { port, caFile, callers, route, answer, ...load, ...timing };
  child.process.stdin?.write(`${JSON.stringify(plan)}\n`);
  const patienceMs = timing.warmupMs + timing.measureMs + 30_000;
  const next = async (): Promise<GeneratorEvent> => JSON.parse(await child.nextLine(patienceMs));

  expectEvent(await next(), 'measuring');
  const from = sample(target);
  expectEvent(await next(), 'measured');
  const to = sample(target);
  const generator = await next();
  if (generator.event !== 'result') throw new Error('the generator gave no result');
  if (generator.errors > 0) throw new Error(`${generator.errors} errors, the first: ${generator.firstError ?? '?'}`);

  const { answered, windowMs } = generator;
  const cpuMs = from.usage === undefined || to.usage === undefined ? undefined : to.usage.cpuMs - from.usage.cpuMs;
  return {
    requestsPerSecond: (answered * 1000) / windowMs,
    p50Ms: generator.p50Ms,
    p99Ms: generator.p99Ms,
    cpuPerRequestUs: cpuMs === undefined ? undefined : (cpuMs * 1000) / answered,
    proxyCpuShare: cpuMs === undefined ? undefined : cpuMs / windowMs,
    proxyCoreBusy: busyShare(from.proxyCore, to.proxyCore),
    loadCoreBusy: busyShare(from.loadCore, to.loadCore),
    stolenShare: stolenShare(from.proxyCore, to.proxyCore),
    peakRssBytes: to.usage?.peakRssBytes,
    generator,
  };
}

function sample({ proxyPid, standIn }: Target) {
  return {
    usage: proxyPid === undefined ? undefined : readUsage(proxyPid, standIn),
    proxyCore: readCore(PROXY_CORE),
    loadCore: readCore(LOAD_CORE),
  };
}

function expectEvent(event: GeneratorEvent, wanted: GeneratorEvent['event']): void {
  if (event.event === 'result' && event.errors > 0) throw new Error(`${event.errors} errors, the first: ${event.firstError ?? '?'}`);
  if (event.event !== wanted) throw new Error(`the generator said ${event.event} where ${wanted} was expected`);
}
