// `node bench/micro.ts`: what the hot functions cost by themselves, in microseconds of one core, on the bytes of the bench.
// For looking at a change while it is made; the figures that count are those of `npm run bench`. Whatever does not exist (yet)
// is said and left out.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { SAME_ERA } from './roads.ts';
import { policyRules } from './config.ts';
import { spread } from './statistics.ts';
import type { DecisionRecord } from '../src/audit/index.ts';
import { answerBody, callBody, callRequest, messageId, REVISIONS, ROUTE, TOOLS } from './workload.ts';

const SAMPLES = 7;
const SAMPLE_MS = 150;

/** Takes what an operation gives, so that the compiler cannot find out that nobody wants it. */
let sink: unknown;

/** What is repeated: a plain function, or a batch of operations that ends later. */
type Operation = (() => unknown) | { readonly count: number; readonly run: () => Promise<unknown>; readonly end: () => Promise<unknown> };

/** Prepares one operation. */
type Preparation = () => Promise<Operation>;

const RESULTS = fileURLToPath(new URL('./results/', import.meta.url));

const NOW_MS = Date.now();
const ID = messageId(7);
const TOOL = TOOLS[7] ?? '';
const CALL = Buffer.from(callBody(ID, TOOL, 'modern'));
const SENTENCE = 'Invoices of the last quarter were compared with what the warehouse had shipped, and two of them did not agree. ';
const ANSWER = Buffer.from(answerBody(ID, 'modern'));

const FEW_RULES = 'judge, 10 rules of which 10 match';
const MANY_RULES = 'judge, 1 000 rules of which 20 match';

/** What a schema of an ordinary tool looks like. */
const CALL_SCHEMA = {
  type: 'object',
  properties: {
    query: { type: 'string', minLength: 1, maxLength: 2000 },
    limit: { type: 'integer', minimum: 1, maximum: 100 },
    mode: { enum: ['a', 'b', 'c'] },
    tags: { type: 'array', items: { type: 'string', maxLength: 64 }, maxItems: 20 },
    filter: {
      type: 'object',
      properties: {
        from: { type: 'string' },
        to: { type: 'string' },
        box: { type: 'object', properties: { x: { type: 'number' }, y: { type: 'number' } } },
      },
      required: ['from'],
    },
    body: { anyOf: [{ type: 'string' }, { type: 'null' }] },
  },
  required: ['query'],
};

const OPERATIONS: readonly (readonly [string, Preparation])[] = [
  ['JSON.parse of the call, for comparison', async () => () => JSON.parse(CALL.toString())],
  [
    'strict JSON pass, call of 1 KiB',
    async () => {
      const { parseJson } = await import('../src/mcp/index.ts');
      return () => parseJson(CALL);
    },
  ],
  [
    'strict JSON pass, answer of 1 KiB',
    async () => {
      const { parseJson } = await import('../src/mcp/index.ts');
      return () => parseJson(ANSWER, { repairSurrogates: true });
    },
  ],
  ['one pass of inspection over 1 KiB of prose', () => searching(SENTENCE, 1024)],
  ['the same over 64 KiB', () => searching(SENTENCE, 65_536)],
  ['the same over 64 KiB of addresses, each of them a finding', () => searching('someone@example.com, ', 65_536)],
  [
    'request head, strict, seen for the first time',
    async () => {
      const { parseRequestHead } = await import('../src/http/request-head.ts');
      const request = Buffer.from(callRequest(ID, { key: `spk_${'a'.repeat(43)}`, tool: TOOL, session: undefined }, 7625, ROUTE));
      const end = request.indexOf('\r\n\r\n') + 4;
      return () => parseRequestHead(request, 0, end, { maxHeaders: 100, lastBytes: Buffer.alloc(0), lastParsed: undefined });
    },
  ],
  [
    'authenticate, 10 000 agents',
    async () => {
      const { compileAgents, createKey } = await import('../src/agents/index.ts');
      const keys = Array.from({ length: 10_000 }, (_, n) => createKey(Buffer.from(String(n).padStart(32, '0'))));
      const createdAt = new Date(NOW_MS).toISOString();
      const index = compileAgents(
        keys.map(({ id, sha256 }, n) => ({
          tenant: 'default',
          name: `agent-${n}`,
          groups: [],
          attributes: {},
          priority: 'interactive',
          keys: [{ id, sha256, createdAt, expiresAt: null, label: '' }],
        })),
      );
      const header = `Bearer ${keys[4711]?.text.reveal() ?? ''}`;
      if (index.authenticate(header, NOW_MS) === undefined) throw new Error('the key is not recognised');
      return () => index.authenticate(header, NOW_MS);
    },
  ],
  [
    'decide, 100 rules',
    async () => {
      const { compilePolicy, policySchema } = await import('../src/policies/index.ts');
      const { anonymousPrincipal } = await import('../src/agents/index.ts');
      const policy = compilePolicy(policySchema.parse({ rules: policyRules(SAME_ERA) }), { servers: ['bench'] });
      if (!policy.ok) throw new Error('the rules do not compile');
      const principal = anonymousPrincipal('bench-agent-07');
      const subject = { kind: 'tool', name: TOOL } as const;
      if (policy.value.decide(principal, 'bench', subject).kind !== 'allow') throw new Error('the call is denied');
      return () => policy.value.decide(principal, 'bench', subject);
    },
  ],
  [FEW_RULES, () => judging(10, 10)],
  [MANY_RULES, () => judging(1_000, 20)],
  ['flow of a call, no rule looks at it', () => flowing('no rule')],
  ['flow of a call, of a tool that no rule looks at', () => flowing('another tool')],
  ['flow of a call, of a source that has been noted', () => flowing('source')],
  [
    'what 10 000 agents have used: a note and a question',
    async () => {
      const { createTaintLedger } = await import('../src/policies/index.ts');
      const ledger = createTaintLedger();
      const tasks = Array.from({ length: 10_000 }, (_, n) => ({
        tenant: 'default',
        agent: `agent-${n}`,
        session: `s-${n}`,
        traces: [`t-${n}`],
      }));
      for (const task of tasks) ledger.note(task, ['private-source'], NOW_MS, 3_600_000);
      let next = 0;
      return () => {
        const task = tasks[next++ % tasks.length];
        if (task === undefined) return undefined;
        ledger.note(task, ['private-source'], NOW_MS, 3_600_000);
        return ledger.read(task, false, NOW_MS);
      };
    },
  ],
  ['a call charged to 0 limits', () => charging(0)],
  ['a call charged to 1 limit', () => charging(1)],
  ['a call charged to 5 limits', () => charging(5)],
  [
    'canonical form and SHA-256 of the arguments',
    async () => {
      const { canonicalJson, parseJson } = await import('../src/mcp/index.ts');
      const { sha256Hex } = await import('../src/base/index.ts');
      const args = parseJson(Buffer.from(JSON.stringify(JSON.parse(CALL.toString()).params.arguments)));
      if (!args.ok) throw new Error('the arguments are refused');
      return () => sha256Hex(canonicalJson(args.value.value));
    },
  ],
  [
    'fingerprint of a definition of 1 KiB',
    async () => {
      const { fingerprint } = await import('../src/tools/index.ts');
      const definition = { name: TOOL, description: 'd'.repeat(420), inputSchema: CALL_SCHEMA };
      return () => fingerprint(definition);
    },
  ],
  [
    'arguments of 1 KiB against their schema, strict',
    async () => {
      const { createArgumentsCheck } = await import('../src/tools/index.ts');
      const check = createArgumentsCheck(CALL_SCHEMA);
      const args = {
        query: 'q'.repeat(100),
        limit: 10,
        mode: 'b',
        tags: Array.from({ length: 10 }, (_, n) => `tag-${n}`),
        filter: { from: '2026-01-01', to: '2026-12-31', box: { x: 1, y: 2 } },
        body: 'b'.repeat(700),
      };
      if (check.check(args).kind !== 'valid') throw new Error('the arguments are refused');
      return () => check.check(args);
    },
  ],
  [
    'search by three words among 100 000 tools',
    async () => {
      const { createToolSearch } = await import('../src/tools/index.ts');
      const search = createToolSearch();
      const verbs = ['read', 'write', 'list', 'send', 'delete', 'find', 'merge', 'export', 'sign', 'move'];
      for (let n = 0; n < 100_000; n += 1) {
        const name = `${verbs[n % 10] ?? ''}_thing${n % 997}_${n}`;
        search.add({
          server: `server-${n % 1000}`,
          name,
          definition: { description: `Does it to thing${n % 499} of kind${n % 7919}`, inputSchema: CALL_SCHEMA },
        });
      }
      return () => search.find('read thing17 kind4711');
    },
  ],
  [
    'decision record, as text',
    async () => {
      const { encodeRecord } = await import('../src/audit/index.ts');
      return () => encodeRecord(decision('0123456789abcdef-1'), 4711);
    },
  ],
  [
    'a modern call for a legacy server',
    async () => {
      const { parseJson, readMessage, toLegacyRequest } = await import('../src/mcp/index.ts');
      const call = parseJson(CALL);
      const message = call.ok ? readMessage(call.value) : call;
      if (!message.ok || message.value.kind !== 'request') throw new Error('the call is refused');
      const request = message.value;
      return () => toLegacyRequest(request, 4711);
    },
  ],
  [
    'a legacy result for a modern agent',
    async () => {
      const { rereadMessage, toModernResult } = await import('../src/mcp/index.ts');
      const result = rereadMessage('result', answerBody(ID, 'legacy'));
      const asked = { id: ID, method: 'tools/call', serverInfo: { name: 'bench-upstream', version: '1.0.0' } };
      return () => toModernResult(result, asked);
    },
  ],
  [
    'a legacy call for a modern server',
    async () => {
      const { rereadMessage, toModernRequest } = await import('../src/mcp/index.ts');
      const call = rereadMessage('request', callBody(ID, TOOL, 'legacy'));
      const self = { clientCapabilities: {}, clientInfo: { name: 'sallyport-bench', version: '1.0.0' }, logLevel: undefined };
      return () => toModernRequest(call, self);
    },
  ],
  [
    'a modern result for a legacy agent',
    async () => {
      const { rereadMessage, shapeResult } = await import('../src/mcp/index.ts');
      const { document } = rereadMessage('result', ANSWER);
      const wrapped = { has: () => false, add: () => true, delete: () => {} };
      const reader = { revision: REVISIONS.legacy, modern: { wrapped, tool: TOOL, id: ID } };
      return () => shapeResult(document, 'tools/call', reader);
    },
  ],
  ['decision and outcome in the log until durable, 500 calls at once', appendCalls],
];

function decision(id: string): DecisionRecord {
  return {
    kind: 'decision',
    id,
    time: NOW_MS,
    verdict: 'allow',
    rule: 'bench-agent-07-looks-up',
    reason: undefined,
    tenant: 'default',
    agent: 'bench-agent-07',
    user: undefined,
    keyId: 'key_0123456789abcdef',
    listener: 'main',
    server: 'bench',
    era: 'modern',
    revision: REVISIONS.modern,
    method: 'tools/call',
    tool: TOOL,
    prompt: undefined,
    resource: undefined,
    snapshot: 1,
    requestBytes: CALL.length,
  };
}

async function appendCalls(): Promise<Operation> {
  const { createCallIds, openAuditLog } = await import('../src/audit/index.ts');
  mkdirSync(RESULTS, { recursive: true });
  const directory = mkdtempSync(join(RESULTS, 'micro-'));
  const log = await openAuditLog({ directory, slot: 'micro', clock: () => NOW_MS, onFault: (fault) => console.error(fault.message) });
  const newId = createCallIds(Buffer.alloc(8, 1));
  const end = async (): Promise<void> => {
    await log.close();
    rmSync(directory, { recursive: true });
  };
  const run = (): Promise<void> =>
    new Promise((resolve, reject) => {
      let ticket = 0;
      for (let n = 0; n < 500; n += 1) {
        const id = newId();
        log.append(decision(id));
        ticket = log.append({
          kind: 'outcome',
          id,
          time: NOW_MS,
          status: 'ok',
          code: undefined,
          rpcCode: undefined,
          answerBytes: ANSWER.length,
          gatewayUs: 60,
          serverUs: 900,
        });
      }
      log.whenDurable(ticket, (fault) => (fault === undefined ? resolve() : reject(fault)));
    });
  return { count: 500, run, end };
}

/** A call under a policy of which some rules match it, two of these with a condition that reads its arguments. */
async function judging(count: number, matching: number): Promise<Operation> {
  const { compilePolicy, policySchema } = await import('../src/policies/index.ts');
  const { anonymousPrincipal } = await import('../src/agents/index.ts');
  const whose = { agents: ['bench-agent-*'], servers: ['bench'], tools: [TOOL.slice(0, 3) + '*', TOOL] };
  const rules = Array.from({ length: count }, (_, n) => {
    if (n >= matching)
      return {
        name: `other-${n}`,
        effect: n % 5 === 0 ? 'deny' : 'allow',
        agents: [`bench-agent-*`],
        servers: ['bench'],
        tools: [`tool-${n}`],
      };
    if (n < 2) return { name: `never-${n}`, effect: 'deny', ...whose, when: `args.note_${n} == "forbidden" || args.count > ${100 + n}` };
    return { name: `may-${n}`, effect: 'allow', ...whose };
  });
  const policy = compilePolicy(policySchema.parse({ rules }), { servers: ['bench'] });
  if (!policy.ok) throw new Error('the rules do not compile');
  const question = {
    principal: anonymousPrincipal('bench-agent-07'),
    server: 'bench',
    subject: { kind: 'tool', name: TOOL },
    tool: { labels: [], class: undefined, fingerprint: undefined },
    args: { note_0: 'a', note_1: 'b', count: 7 },
    request: { timeMs: NOW_MS, era: 'modern', source: '127.0.0.1', listener: 'main' },
  } as const;
  if (policy.value.judge(question).kind !== 'allow') throw new Error('the call is denied');
  return () => policy.value.judge(question);
}

/** The engine alone, with everything that it looks for by default, on so many bytes of one text. */
async function searching(text: string, length: number): Promise<Operation> {
  const { BUILT_IN, compileDetectors } = await import('../src/inspection/index.ts');
  const engine = compileDetectors(BUILT_IN);
  if (!engine.ok) throw new Error('the detectors do not compile');
  const bytes = Buffer.from(text.repeat(Math.ceil(length / text.length)).slice(0, length));
  const passage = { bytes, begin: 0, end: length, from: 0, to: length, key: '', surface: 'answer' } as const;
  return () => engine.value.search(passage, { left: Number.MAX_SAFE_INTEGER, failures: 0 });
}

/** What limits add to a call in a worker: what it owes, taken from leases and ended; with the authority's part, as often as it is asked. */
/** What the steps about flow cost a call that has to ask nobody. */
async function flowing(what: 'no rule' | 'another tool' | 'source'): Promise<Operation> {
  const { compilePolicy, policySchema } = await import('../src/policies/index.ts');
  const { anonymousPrincipal } = await import('../src/agents/index.ts');
  const { createFlowDoor } = await import('../src/processes/flow-door.ts');
  const { createMetrics } = await import('../src/telemetry/index.ts');
  const looks = { name: 'flow', effect: 'deny', agents: ['*'], servers: ['*'], labels: ['external-sink'], after: ['private-source'] };
  const rules = what === 'no rule' ? policyRules(SAME_ERA) : [...policyRules(SAME_ERA), looks];
  const policy = compilePolicy(policySchema.parse({ rules }), { servers: ['bench'] });
  if (!policy.ok) throw new Error('the rules do not compile');
  const { flow } = policy.value;
  const { authority } = createFlowDoor({
    links: { request: async () => ({ type: 'answer', fields: {}, payload: new Uint8Array(0), reply: () => {} }) },
    metrics: createMetrics(),
    nowMs: () => NOW_MS,
    toName: async (name) => name,
    audit: () => undefined,
  });
  const principal = anonymousPrincipal('bench-agent-07');
  const subject = { kind: 'tool', name: TOOL } as const;
  const labels = what === 'source' ? ['private-source'] : [];
  const task = { tenant: principal.tenant, agent: principal.agent, session: undefined, traces: [] };
  if (!(await authority.note(task, ['private-source']))) throw new Error('the note is not taken');
  return () => {
    if (flow.isOff) return undefined;
    if (flow.decides(principal, 'bench', subject, labels)) throw new Error('the call depends on what was used');
    const watched = flow.watched(labels);
    return watched.length === 0 || authority.isNoted(task, watched);
  };
}

async function charging(count: number): Promise<Operation> {
  const { compilePolicy, createLeaseHolder, createLimitAuthority, policySchema } = await import('../src/policies/index.ts');
  const { anonymousPrincipal } = await import('../src/agents/index.ts');
  const written = [
    { rate: { calls: 1_000_000_000, periodMs: 60_000 } },
    { per: ['tool'], concurrent: 1_000 },
    { per: ['agent', 'server'], spend: { units: 1_000_000_000, costs: { 'tool-*': 3 } } },
    { per: ['group'], rate: { calls: 1_000_000_000, periodMs: 60_000 } },
    { per: [], bytes: { bytes: 1_000_000_000_000, periodMs: 60_000 } },
  ];
  const document = policySchema.parse({
    rules: policyRules(SAME_ERA),
    limits: Object.fromEntries(written.slice(0, count).map((limit, n) => [`limit-${n}`, limit])),
  });
  const policy = compilePolicy(document, { servers: ['bench'] });
  if (!policy.ok) throw new Error('the rules do not compile');
  const authority = createLimitAuthority();
  authority.configure(document.limits ?? {}, NOW_MS);
  const answers: (() => void)[] = [];
  const holder = createLeaseHolder({
    take: (id, wants, reports) => {
      authority.report('worker', reports, Date.now());
      const taken = authority.take('worker', wants, Date.now(), true);
      authority.unwritten(Date.now());
      if (taken.kind !== 'recall') answers.push(() => holder.hear(id, taken, Date.now()));
    },
    report: (reports) => authority.report('worker', reports, Date.now()),
  });
  const { limits } = policy.value;
  const call = {
    principal: anonymousPrincipal('bench-agent-07'),
    server: 'bench',
    subject: { kind: 'tool', name: TOOL },
    labels: [],
    isUse: true,
    args: undefined,
    named: undefined,
  } as const;
  return () => {
    if (limits.isEmpty) return undefined;
    const taking = holder.take(limits.charges(call), Date.now(), (later) => {
      if (later.kind === 'receipt') holder.end(later, 1_024);
    });
    if (taking.kind === 'receipt') holder.end(taking, 1_024);
    while (answers.length > 0) answers.shift()?.();
    return taking;
  };
}

interface Figure {
  readonly median: number;
  readonly shown: string;
}

/** Median, least and most of several samples, in microseconds of CPU per operation. */
async function time(operation: Operation): Promise<Figure> {
  let batch = 1;
  for (let tookMs = 0; tookMs < SAMPLE_MS / 10; batch *= 2) tookMs = await run(operation, batch);
  const perSample = Math.max(1, Math.round((batch * SAMPLE_MS) / (await run(operation, batch))));
  const each = typeof operation === 'function' ? 1 : operation.count;
  const samples: number[] = [];
  while (samples.length < SAMPLES) samples.push(((await run(operation, perSample)) * 1000) / perSample / each);
  if (typeof operation !== 'function') await operation.end();
  const { median, min, max } = spread(samples);
  return { median, shown: `${median.toFixed(3).padStart(9)} µs  [${min.toFixed(3)}–${max.toFixed(3)}]` };
}

/** How many milliseconds of this process's CPU `times` repetitions take, all its threads together. */
async function run(operation: Operation, times: number): Promise<number> {
  const from = process.cpuUsage();
  if (typeof operation === 'function') {
    for (let n = 0; n < times; n += 1) sink = operation();
  } else {
    for (let n = 0; n < times; n += 1) sink = await operation.run();
  }
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1000;
}

const medians = new Map<string, number>();
const width = Math.max(...OPERATIONS.map(([name]) => name.length));
for (const [name, prepare] of OPERATIONS) {
  let figure: string;
  try {
    const { median, shown } = await time(await prepare());
    medians.set(name, median);
    figure = shown;
  } catch (error) {
    figure = `not measured: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`;
  }
  process.stdout.write(`${name.padEnd(width)}  ${figure}\n`);
}
const ratio = (medians.get(MANY_RULES) ?? Number.NaN) / (medians.get(FEW_RULES) ?? Number.NaN);
process.stdout.write(`${'1 000 rules against 10'.padEnd(width)}  ${ratio.toFixed(2).padStart(9)} times\n`);
// The last thing done with what the operations gave: it is looked at.
process.exitCode = sink === OPERATIONS ? 1 : 0;
