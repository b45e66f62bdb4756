// `sallyport doctor`: what is wrong, whose fault it is, and what to do. It looks at everything from the config file to every step of the way to every
// server, changes nothing, and needs no gateway for what can be seen without one.

import { join } from 'node:path';
import type { AdminPorts } from '../admin/index.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps, Command } from './command.ts';
import { checkFailures, checkKeys } from './doctor/agents.ts';
import { checkConfig, checkPorts } from './doctor/config.ts';
import { AREAS, finding } from './doctor/finding.ts';
import type { Finding } from './doctor/finding.ts';
import { checkDisk, checkFolder } from './doctor/folder.ts';
import { checkCapacity, checkGateway, checkListeners } from './doctor/gateway.ts';
import { checkServers, compareClocks } from './doctor/servers.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { dataFolder, findConfigFile, namedDataFolder } from './locate.ts';
import { complain, printJson, printLine, printText } from './print.ts';
import { createProgress } from './progress.ts';
import { recordSettings, withRecord } from './record-access.ts';
import { isFolder } from './record-folder.ts';

const RECORD_MS = 24 * 3_600_000;
/** A clock that was set back leaves records behind that come from the future. */
const BACK_MS = 60_000;

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'Find out what is wrong, and whose fault it is',
  description: [
    'Looks at the config, the data folder, the disk, the clock, the ports, the gateway that runs, its listeners and their certificates; goes every step of the way to every server (name, connection, TLS, first answer, credentials, revision, list); and says which agents have no valid key and what each failed at last. What is broken or slow is named with the figure that shows it and with what to do.',
    'Going to servers is on record, and so is looking into the record. Ends with exit code 1 if something is broken; what is only slow, or will end soon, is a warning.',
  ],
  positionals: [{ name: 'SERVER', text: 'only the way to this server', optional: true }],
  options: [{ name: 'no-record', text: 'do not look into the record for what agents failed at' }],
  examples: [
    ['sallyport doctor', 'everything'],
    ['sallyport doctor tickets', 'every step of the way to one server'],
  ],
  run: async (args, deps) => {
    const folder = dataFolder(args, deps);
    if (folder === undefined) return EXIT.config;
    const server = args.word('SERVER');
    const findings = server === '' ? await examine(folder, args, deps) : await examineServer(deps.admin(folder), server, deps);
    if (args.output === 'json') printJson(deps, { ok: !findings.some(isBroken), findings });
    else printFindings(deps, findings);
    return findings.some(isBroken) ? EXIT.failed : EXIT.ok;
  },
};

function isBroken({ verdict }: Finding): boolean {
  return verdict === 'failed';
}

async function examineServer(admin: AdminPorts, server: string, deps: CliDeps): Promise<readonly Finding[]> {
  const { findings, probes } = await checkServers(admin, [server], () => {}, deps.now().getTime());
  const [probe] = probes;
  const steps = (probe?.hops ?? []).map(({ hop, verdict, ms, text, remedy }) =>
    finding('server', verdict === 'slow' ? 'warning' : verdict, `${ms === null ? '' : `${ms.toFixed(1)} ms: `}${text}`, {
      about: `${server} ${hop}`,
      remedy,
    }),
  );
  // The steps say all that the summary of them would.
  return probe === undefined ? findings : [...steps, ...findings.slice(1)];
}

async function examine(folder: string, args: ParsedArguments, deps: CliDeps): Promise<readonly Finding[]> {
  const nowMs = deps.now().getTime();
  const admin = deps.admin(folder);
  const { findings: ofConfig, shard } = checkConfig(await findConfigFile(args, deps), namedDataFolder(args, deps), deps);
  const found: Finding[] = [...ofConfig, await checkFolder(folder)];
  if (isFolder(folder)) found.push(...(await checkDisk(folder)));
  const status = await admin.status();
  if (status.ok) {
    const overview = await admin.overview.read('5m');
    found.push(...checkGateway(status.value, overview.ok ? overview.value : undefined));
    found.push(...(await checkListeners(status.value, nowMs)), ...(await checkCapacity(admin)));
    found.push(...(await examineServers(admin, deps, nowMs)));
  } else {
    const isAway = status.error.code === 'gateway_not_running';
    found.push(finding('gateway', isAway ? 'skipped' : 'failed', status.error.detail));
    if (isAway && shard !== undefined) found.push(...(await checkPorts(shard)));
    found.push(finding('server', 'skipped', 'Only a gateway that runs can go to servers.'));
  }
  found.push(...(await examineAgents(folder, { args, deps, admin, nowMs })));
  return found.toSorted((a, b) => AREAS.indexOf(a.area) - AREAS.indexOf(b.area));
}

async function examineServers(admin: AdminPorts, deps: CliDeps, nowMs: number): Promise<readonly Finding[]> {
  const listed = await admin.servers();
  if (!listed.ok) return [finding('server', 'failed', listed.error.detail)];
  if (listed.value.length === 0) return [finding('server', 'skipped', 'The config names none.')];
  const progress = createProgress(deps, 'servers');
  const names = listed.value.map(({ name }) => name);
  const { findings, probes } = await checkServers(admin, names, (done, of) => progress.tell(done, of), nowMs);
  progress.end();
  return [...compareClocks(probes), ...findings];
}

interface Examining {
  readonly args: ParsedArguments;
  readonly deps: CliDeps;
  readonly admin: AdminPorts;
  readonly nowMs: number;
}

async function examineAgents(folder: string, { args, deps, admin, nowMs }: Examining): Promise<readonly Finding[]> {
  const listed = await admin.agents.list();
  const found: Finding[] = listed.ok ? checkKeys(listed.value.agents, nowMs) : [finding('agent', 'skipped', listed.error.detail)];
  if (args.flag('no-record') || !isFolder(join(folder, 'audit'))) return found;
  const act = { action: 'audit.query', reason: 'sallyport doctor', details: { verdict: 'deny', status: 'failed' } } as const;
  const read = async (): Promise<ExitCode> =>
    withRecord(folder, deps, act, async (index) => {
      for await (const newest of index.find({ order: 'newest', limit: 1 })) {
        if (newest.line.time > nowMs + BACK_MS) found.push(wentBack(newest.line.time, nowMs));
      }
      const { subjects, smallestGroup } = recordSettings(folder);
      const tellsApart = subjects === 'names' && smallestGroup === 1;
      found.push(...(await checkFailures(index, { fromMs: nowMs - RECORD_MS, nowMs, tellsApart })));
      return EXIT.ok;
    });
  const code = await read();
  if (code !== EXIT.ok) found.push(finding('agent', 'skipped', 'The record cannot be read; what was said above says why.'));
  return found;
}

function wentBack(newestMs: number, nowMs: number): Finding {
  return finding(
    'clock',
    'failed',
    `The newest record is from ${new Date(newestMs).toISOString()}, and now is ${new Date(nowMs).toISOString()}: the clock was set back.`,
    {
      remedy: 'Set the clock of this machine and have it kept by NTP.',
    },
  );
}

const SHOWN: Readonly<Record<Finding['verdict'], string>> = { ok: 'ok', warning: 'WARNING', failed: 'FAILED', skipped: '-' };

function printFindings(deps: CliDeps, findings: readonly Finding[]): void {
  const nameOf = ({ area, about }: Finding): string => (about === null ? area : about.startsWith(area) ? about : `${area} ${about}`);
  const width = Math.min(32, Math.max(...findings.map((one) => nameOf(one).length)));
  for (const one of findings) {
    printText(deps, `${SHOWN[one.verdict].padEnd(7)}  ${nameOf(one).padEnd(width)}  ${one.text}`);
    if (one.remedy !== null && one.verdict !== 'ok') printText(deps, `${' '.repeat(9 + width)}  → ${one.remedy}`);
  }
  const broken = findings.filter(isBroken).length;
  const warned = findings.filter(({ verdict }) => verdict === 'warning').length;
  printLine(deps, '');
  if (broken > 0)
    complain(
      deps,
      EXIT.failed,
      `${broken === 1 ? 'One thing is' : `${broken} things are`} broken${warned > 0 ? `, and ${warned} are doubtful` : ''}.`,
    );
  else
    printLine(
      deps,
      warned === 0 ? 'Nothing is wrong.' : `Nothing is broken; ${warned === 1 ? 'one thing is' : `${warned} things are`} doubtful.`,
    );
}
