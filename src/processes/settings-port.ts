// The config in force, value by value, as people look at it: from the texts that it was read from, and not from the file as it may be by now.

import { resolve, dirname } from 'node:path';
import type { AdminProblem, PolicyPages, SettingsQuery, SettingsView, SettingView } from '../admin/index.ts';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { Store } from '../cluster/index.ts';
import { diskFiles, listSettings } from '../config/index.ts';
import type { ConfigShard, Setting } from '../config/index.ts';
import type { CatalogueAuthority } from './catalogue-authority.ts';
import type { ConfigPlace, WrittenConfig } from './config-file.ts';

export interface SettingsPortOptions {
  readonly tenant: string;
  readonly nowMs: () => number;
  readonly place: ConfigPlace;
  readonly written: () => WrittenConfig | undefined;
  readonly shard: () => ConfigShard | undefined;
  readonly loadedAt: () => string;
  readonly store: () => Store | undefined;
  readonly authority: () => CatalogueAuthority | undefined;
}

/** What a gateway without a file goes by. */
const NOTHING = 'version: 1\n';

export function createSettingsPort(options: SettingsPortOptions): PolicyPages['settings'] {
  const { place, written, shard, loadedAt } = options;
  let made: { readonly of: string; readonly settings: readonly SettingView[] } | undefined;
  const settingsOf = (config: WrittenConfig | undefined): readonly SettingView[] => {
    const text = config?.text ?? NOTHING;
    if (made?.of !== text)
      made = {
        of: text,
        settings: effective(
          listSettings(text, process.env).map((one) => toView(one, config?.file ?? '')),
          options,
        ),
      };
    return made.settings;
  };
  return async (query) => {
    const config = written();
    if (shard() === undefined) return fail({ code: 'unavailable', detail: 'The gateway is starting; try again.' });
    if (config === undefined && place.configFile !== undefined) return fail(UNTRACEABLE);
    const from = readCursor(query.cursor);
    if (!from.ok) return from;
    const found = settingsOf(config).filter((setting) => isWanted(setting, query));
    const end = from.value + query.limit;
    return ok({
      file: config?.file ?? null,
      loadedAt: loadedAt(),
      isStale: config !== undefined && isStale(config),
      settings: found.slice(from.value, end),
      total: found.length,
      next: end < found.length ? String(end) : null,
      store: await storeRows(options),
    });
  };
}

const UNTRACEABLE: AdminProblem = {
  code: 'unavailable',
  detail:
    "What is in force was read by a control process that is gone, and the config file has been changed since so that it cannot be used: where each value comes from cannot be said. 'sallyport check' says what is wrong; repair it, and reload.",
};

function toView({ path, value, source, description, byDefault }: Setting, file: string): SettingView {
  return {
    path,
    value: value === undefined ? null : toJson(value),
    isSecret: value === undefined,
    source: source.kind === 'default' ? { kind: 'default' } : { ...source, file, variables: [...source.variables] },
    description,
    ...(byDefault === undefined ? {} : { default: toJson(byDefault) }),
  };
}

/** As it was read from YAML: it has nothing that JSON does not have. */
function toJson(value: unknown): SettingView['value'] {
  return JSON.parse(JSON.stringify(value));
}

/** With what the command line says in place of the file, and what is worked out where nobody says. */
function effective(settings: readonly SettingView[], { place, shard }: SettingsPortOptions): readonly SettingView[] {
  const config = shard();
  const listen = place.listenOverride;
  const isListen = ({ path }: SettingView): boolean =>
    path === 'listen' || path === 'listen[0]' || path === 'listen.address' || path === 'listen[0].address';
  const byCommand = (setting: SettingView, value: string, option: string): SettingView => ({
    ...setting,
    value,
    isSecret: false,
    source: { kind: 'command-line', option },
  });
  const changed = settings.map((setting) => {
    if (listen !== undefined && isListen(setting)) return byCommand(setting, listen, '--listen');
    if (place.consoleOverride !== undefined && setting.path === 'admin.listen')
      return byCommand(setting, place.consoleOverride, '--console');
    if (setting.path !== 'data' || typeof setting.value !== 'string') return setting;
    const folder = place.configFile === undefined ? '/' : dirname(resolve(place.configFile));
    return resolve(folder, setting.value) === place.dataFolder ? setting : byCommand(setting, place.dataFolder, '--data');
  });
  if (config === undefined || changed.some(({ path }) => path === 'workers')) return changed;
  return [...changed, { path: 'workers', value: config.workers, isSecret: false, source: { kind: 'default' }, description: WORKERS }];
}

const WORKERS = 'Processes that carry traffic. By default two, or one on a machine with one core.';

function isWanted({ path, value, description, source }: SettingView, { search, from }: SettingsQuery): boolean {
  const kind = source.kind === 'file' && source.variables.length > 0 ? 'environment' : source.kind;
  if (from !== undefined && from !== kind && from !== source.kind) return false;
  const wanted = search?.toLowerCase();
  return wanted === undefined || [path, description, JSON.stringify(value)].some((text) => text.toLowerCase().includes(wanted));
}

/** Whether the files say something else by now. */
function isStale({ file, text, policy }: WrittenConfig): boolean {
  const [now, rules] = [diskFiles.read(file), diskFiles.read(policy.file)];
  return !now.ok || now.value !== text || !rules.ok || rules.value !== policy.whole;
}

async function storeRows({ tenant, nowMs, store, authority }: SettingsPortOptions): Promise<SettingsView['store']> {
  const open = store();
  if (open === undefined) return [];
  const { total } = await open.agentPage(tenant, { search: '', limit: 1, after: '' });
  const operators = await open.operators.list({ tenant, nowMs: nowMs(), idleMs: 0 });
  const approved =
    authority()
      ?.all()
      .reduce((sum, { pins }) => sum + (pins?.pins.length ?? 0), 0) ?? 0;
  const holds = (await open.holds.list(tenant)).filter(({ lifted }) => lifted === null).length;
  return [
    { what: 'agents', count: total, command: 'sallyport agents list' },
    { what: 'operators', count: operators.operators.length, command: 'sallyport operators list' },
    { what: 'approved definitions', count: approved, command: 'sallyport tools approved SERVER' },
    { what: 'legal holds', count: holds, command: 'sallyport audit hold list' },
  ];
}

function readCursor(cursor: string | undefined): Result<number, AdminProblem> {
  if (cursor === undefined) return ok(0);
  return /^\d{1,9}$/.test(cursor) ? ok(Number(cursor)) : fail({ code: 'malformed', detail: 'This cursor was not given out here.' });
}
