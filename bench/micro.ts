// `node bench/micro.ts`: what the hot functions cost by themselves, in microseconds of one core, on the bytes of the bench.
// For looking at a change while it is made; the figures that count are those of `npm run bench`. Whatever does not exist (yet)
// is said and left out.

import { policyRules } from './sallyport.ts';
import { spread } from './statistics.ts';
import { answerBody, callBody, callRequest, messageId, TOOLS } from './workload.ts';

const SAMPLES = 7;
const SAMPLE_MS = 150;

/** Takes what an operation gives, so that the compiler cannot find out that nobody wants it. */
let sink: unknown;

/** Prepares one operation; returns what is repeated. */
type Preparation = () => Promise<() => unknown>;

const NOW_MS = Date.now();
const ID = messageId(7);
const TOOL = TOOLS[7] ?? '';
const CALL = Buffer.from(callBody(ID, TOOL));
const ANSWER = Buffer.from(answerBody(ID));

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
  [
    'request head, strict, seen for the first time',
    async () => {
      const { parseRequestHead } = await import('../src/http/request-head.ts');
      const request = Buffer.from(callRequest(ID, TOOL, `spk_${'a'.repeat(43)}`, 7625));
      const end = request.indexOf('\r\n\r\n') + 4;
      return () => parseRequestHead(request, 0, end, 100);
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
      const policy = compilePolicy(policySchema.parse({ rules: policyRules() }), { servers: ['bench'] });
      if (!policy.ok) throw new Error('the rules do not compile');
      const principal = anonymousPrincipal('bench-agent-07');
      const subject = { kind: 'tool', name: TOOL } as const;
      if (policy.value.decide(principal, 'bench', subject).kind !== 'allow') throw new Error('the call is denied');
      return () => policy.value.decide(principal, 'bench', subject);
    },
  ],
];

/** Median, least and most of several samples, in microseconds per operation. */
function time(operation: () => unknown): string {
  let batch = 1;
  for (let tookMs = 0; tookMs < SAMPLE_MS / 10; batch *= 2) tookMs = run(operation, batch);
  const perSample = Math.max(1, Math.round((batch * SAMPLE_MS) / run(operation, batch)));
  const samples = Array.from({ length: SAMPLES }, () => (run(operation, perSample) * 1000) / perSample);
  const { median, min, max } = spread(samples);
  return `${median.toFixed(3).padStart(9)} µs  [${min.toFixed(3)}–${max.toFixed(3)}]`;
}

/** How many milliseconds of this process's CPU `count` operations take. */
function run(operation: () => unknown, count: number): number {
  const from = process.cpuUsage();
  for (let n = 0; n < count; n += 1) sink = operation();
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1000;
}

const width = Math.max(...OPERATIONS.map(([name]) => name.length));
for (const [name, prepare] of OPERATIONS) {
  let figure: string;
  try {
    figure = time(await prepare());
  } catch (error) {
    figure = `not measured: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`;
  }
  process.stdout.write(`${name.padEnd(width)}  ${figure}\n`);
}
if (sink === undefined) process.exitCode = 1;
