// What the gateway is told to do, key by key, and who says so, as the admin API has it. What may be a secret is never in an answer.

import * as z from 'zod';
import type { Endpoint } from './endpoint.ts';

const MAX_PAGE = 500;

const sourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('default') }),
  z.strictObject({
    kind: z.literal('file'),
    file: z.string(),
    line: z.int(),
    variables: z.array(z.string()).meta({ description: 'What of the environment is in it, by name.' }),
  }),
  z.strictObject({ kind: z.literal('command-line'), option: z.string() }),
]);

const settingSchema = z.strictObject({
  path: z.string().meta({ description: 'Like servers.files.command.' }),
  value: z.json().meta({ description: 'null where it is secret.' }),
  isSecret: z.boolean().meta({ description: 'It may be one, and is not shown.' }),
  source: sourceSchema,
  description: z.string(),
  default: z.json().optional().meta({ description: 'What it is where nobody says; absent: nothing.' }),
});

const settingsSchema = z.strictObject({
  file: z.string().nullable().meta({ description: 'The config file; null: there is none.' }),
  loadedAt: z.iso.datetime(),
  isStale: z.boolean().meta({ description: 'The file has been changed since; what it says now is not in force.' }),
  settings: z.array(settingSchema),
  total: z.int(),
  next: z.string().nullable().meta({ description: 'The cursor of the next page; null: this is the last.' }),
  store: z
    .array(z.strictObject({ what: z.string(), count: z.int(), command: z.string() }))
    .meta({ description: 'What stands in the store rather than in the file, and the command that shows it.' }),
});

const querySchema = z.strictObject({
  search: z
    .string()
    .max(256)
    .optional()
    .meta({ description: 'A part of the path, of the value, or of the description, whatever the case.' }),
  from: z.enum(['default', 'file', 'environment', 'command-line']).optional().meta({ description: 'Only those that say so.' }),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(200),
  cursor: z.string().max(2_048).optional(),
});

/** Endpoints about settings. */
export const SETTINGS_ENDPOINTS = {
  readSettings: {
    method: 'GET',
    path: '/settings',
    summary: 'The config in force, and where each value of it comes from',
    query: querySchema,
    request: undefined,
    response: settingsSchema,
    status: 200,
    versioned: false,
  },
} as const satisfies Record<string, Endpoint>;

export type SettingsQuery = z.output<typeof querySchema>;
export type SettingsView = z.output<typeof settingsSchema>;
export type SettingView = z.output<typeof settingSchema>;
