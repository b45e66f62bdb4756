// Keys of databases and of what serves, moves and searches data, by the formats that they have published. Connection strings are in secrets-context.ts.

import type { Detector } from '../types.ts';
import { ALNUM, ASSIGNED, BASE64, HEX, LEFT, LOWER, named, token, URLSAFE } from './token.ts';

export const DATABASE_SECRETS: readonly Detector[] = [
  token('clickhouse-cloud-key', '4b1d', `${ALNUM}{38}`, { longest: 38, validator: 'random' }),
  token('databricks-token', ['dapi', 'dkea', 'dose'], `${HEX}{32}(?:-[0-9])?`, { longest: 34, validator: 'random' }),
  token('supabase-token', ['sbp_', 'sbp_oauth_', 'sbp_v0_'], `${HEX}{40}`, { longest: 40 }),
  token('supabase-secret-key', 'sb_secret_', `${URLSAFE}{20,36}`, { longest: 36, validator: 'random' }),
  token('planetscale-token', ['pscale_tkn_', 'pscale_pw_', 'pscale_oauth_'], '[0-9A-Za-z_.=-]{32,64}', { longest: 64 }),
  token('neon-key', 'napi_', `${LOWER}{60,70}`, { longest: 70 }),
  token('neon-password', 'npg_', `${ALNUM}{12,16}`, { longest: 16, validator: 'random' }),
  token('mongodb-atlas-secret', 'mdb_sa_sk_', `${URLSAFE}{40}`, { longest: 40 }),
  token('cockroach-cloud-key', 'CCDB1_', `${ALNUM}{22}_${ALNUM}{40}`, { longest: 63 }),
  token('aiven-password', 'AVNS_', `${URLSAFE}{19}`, { longest: 19 }),
  token('elastic-cloud-key', ['essu_', 'essp_', 'essa_'], `${BASE64}{40,}={0,2}`, { longest: 200 }),
  token('xata-key', 'xau_', `${ALNUM}{32,}`, { longest: 48 }),
  named('airtable-token', ['airtable', 'bearer pat', '=pat', '"pat', "'pat", ':pat'], `${LEFT}(?P<value>pat${ALNUM}{14}\\.${HEX}{64})\\b`, {
    confidence: 'high',
  }),
  token('confluent-secret', 'cflt', `${BASE64}{60}`, { longest: 60 }),
  token('dbt-token', ['dbtc_', 'dbtu_'], `[0-9A-Za-z_=-]{40,}`, { longest: 80 }),
  token('tinybird-token', 'p.eyJ1Ijo', '[0-9A-Za-z_.-]{40,}', { longest: 250 }),
  token('convex-deploy-key', ['prod:', 'dev:', 'preview:'], `[a-z0-9-]{4,40}\\|eyJ[0-9A-Za-z_+/=-]{40,}`, { longest: 200 }),
  token('upstash-qstash-key', ['sig_'], `${ALNUM}{28}`, { longest: 28, validator: 'random' }),
  named('algolia-key', ['algolia'], `(?i:algolia.{0,20}(?:key|secret))${ASSIGNED}(?P<value>${HEX}{32})\\b`),
  named('meilisearch-key', ['meili'], `(?i:meili.{0,20}key)${ASSIGNED}(?P<value>${URLSAFE}{16,64})\\b`),
  named('fauna-secret', ['fauna'], `(?i:fauna.{0,20}(?:key|secret))${ASSIGNED}(?P<value>fn[0-9A-Za-z_-]{38})\\b`),
  named('cloudant-password', ['cloudant'], `(?i:cloudant.{0,20}(?:key|password|secret))${ASSIGNED}(?P<value>${HEX}{64})\\b`),
  named('confluent-key-secret', ['confluent'], `(?i:confluent.{0,20}secret)${ASSIGNED}(?P<value>[0-9A-Za-z+/]{64})\\b`),
  named('elastic-api-key', ['ApiKey '], `(?i:apikey) (?P<value>[0-9A-Za-z+/]{50,90}={0,2})`),
];
