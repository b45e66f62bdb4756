// Tokens of what runs, watches and keeps the secrets of machines, by the formats that they have published.

import type { Detector } from '../types.ts';
import { ALNUM, ASSIGNED, HEX, LEFT, leftOf, LOWER, named, token, URLSAFE, UUID } from './token.ts';

export const INFRASTRUCTURE_SECRETS: readonly Detector[] = [
  token('vault-token', ['hvs.', 'hvb.', 'hvr.'], `${URLSAFE}{24,}`, { longest: 300, validator: 'random' }),
  named('vault-legacy-token', ['vault'], '(?:^|[^0-9A-Za-z.])(?P<value>[sbr]\\.[0-9A-Za-z]{24}(?:\\.[0-9A-Za-z]{5})?)(?:[^0-9A-Za-z.]|$)'),
  named(
    'hashicorp-token',
    ['consul', 'nomad', 'CONSUL_HTTP_TOKEN'],
    `(?i:(?:consul|nomad).{0,20}(?:token|secretid))${ASSIGNED}(?P<value>${UUID})\\b`,
    { validator: 'unmasked' },
  ),
  token('doppler-token', ['dp.pt.', 'dp.ct.', 'dp.scim.', 'dp.audit.', 'dp.sa.', 'dp.said.'], `${ALNUM}{40,44}`, { longest: 44 }),
  token('doppler-service-token', 'dp.st.', `(?:[0-9a-z_-]{2,35}\\.)?${ALNUM}{40,44}`, { longest: 80 }),
  named('infisical-token', ['infisical'], `${LEFT}(?P<value>st\\.${HEX}{24}\\.${HEX}{32}\\.${HEX}{32})\\b`, { confidence: 'high' }),
  token('onepassword-service-token', 'ops_eyJ', `[0-9A-Za-z_+/-]{200,}={0,2}`, { longest: 1500 }),
  token('onepassword-secret-key', 'A3-', `[0-9A-Z]{6}-(?:[0-9A-Z]{11}|[0-9A-Z]{6}-[0-9A-Z]{5})-[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{5}`, {
    longest: 40,
    validator: 'random-code',
  }),
  named('bitwarden-access-token', ['bws', 'bitwarden'], `${LEFT}(?P<value>0\\.${UUID}\\.[0-9A-Za-z]{30}:[0-9A-Za-z+/]{22}==)`, {
    confidence: 'high',
  }),
  // Age, in upper case as its identities are written; its last six characters are a checksum that few files in the wild get wrong.
  token('age-secret-key', 'AGE-SECRET-KEY-1', '[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}', { longest: 58, validator: 'unmasked' }),
  token('docker-swarm-token', 'SWMTKN-1-', `${LOWER}{50}-${LOWER}{25}`, { longest: 76 }),
  token('docker-swarm-unlock-key', 'SWMKEY-1-', `[0-9A-Za-z+/]{43}`, { longest: 43 }),
  token('k3s-token', 'K10', `${HEX}{64}::(?:[a-z]+:)?[0-9a-f.]{16,70}`, { longest: 160 }),
  token('rancher-token', 'token-', `[0-9a-z]{5}:[0-9a-z]{54}`, { longest: 60 }),
  token('openshift-token', 'sha256~', `[0-9A-Za-z_-]{43}`, { longest: 43 }),
  named(
    'kubernetes-bootstrap-token',
    ['kubeadm', '--token', 'bootstrap-token', 'bootstrap token'],
    `${leftOf('0-9a-z.')}(?P<value>[0-9a-z]{6}\\.[0-9a-z]{16})(?:[^0-9a-z.]|$)`,
    { validator: 'token' },
  ),
  token('grafana-cloud-token', 'glc_', `[0-9A-Za-z+/]{32,400}={0,3}`, { longest: 400, validator: 'random' }),
  token('grafana-service-account-token', 'glsa_', `${ALNUM}{32}_[0-9A-Fa-f]{8}`, { longest: 41 }),
  token('grafana-key', 'eyJrIjoi', `[0-9A-Za-z+/]{50,}={0,2}`, { longest: 400 }),
  token('newrelic-user-key', 'NRAK-', `[0-9A-Z]{27}`, { longest: 27 }),
  token('newrelic-insert-key', ['NRII-', 'NRIQ-'], `[0-9A-Za-z_-]{32}`, { longest: 32 }),
  token('newrelic-admin-key', ['NRAA-', 'NRRA-', 'NRSP-'], `[0-9a-zA-Z]{27,46}`, { longest: 46 }),
  {
    ...token('newrelic-license-key', ['NRAL', 'FFFFNRAL'], '', { longest: 0 }),
    before: 40,
    pattern: `${LEFT}(?P<value>[0-9a-zA-Z]{32,36}NRAL)\\b`,
    validator: 'random',
  },
  token('sentry-org-token', 'sntrys_eyJ', `[0-9A-Za-z+/=_-]{80,}`, { longest: 400 }),
  token('sentry-user-token', ['sntryu_', 'sntrya_', 'sntryi_'], `${HEX}{64}`, { longest: 64 }),
  token('dynatrace-token', ['dt0c01.', 'dt0s01.', 'dt0s02.', 'dt0s16.'], `[A-Z2-7]{8,24}\\.[A-Z2-7]{64}`, { longest: 90 }),
  token('honeycomb-key', ['hcaik_', 'hcxik_', 'hcxlk_', 'hcamk_', 'hcbik_'], `[0-9a-z]{26,58}`, { longest: 60 }),
  token('axiom-token', ['xaat-', 'xapt-', 'xait-'], UUID, { longest: 36 }),
  token('posthog-key', ['phx_', 'phs_'], `[0-9A-Za-z]{40,}`, { longest: 60 }),
  token('logfire-token', 'pylf_v1_', `(?:us|eu|stagingus|stagingeu)_[0-9A-Za-z]{40,}`, { longest: 70 }),
  token('nightfall-key', 'NF-', `[0-9A-Za-z]{32}`, { longest: 32, validator: 'random' }),
  token('honeybadger-token', ['hbp_', 'hbu_'], `[0-9A-Za-z]{36}`, { longest: 36 }),
  token('netbird-token', 'nbp_', `[0-9A-Za-z]{36}`, { longest: 36 }),
  token('pangea-token', ['pts_'], `[a-z2-7]{32}`, { longest: 32 }),
  token('gitguardian-token', 'ggtt-v-', `[0-9a-z]{10}`, { longest: 10 }),
  token('settlemint-token', ['sm_aat_', 'sm_pat_', 'sm_sat_'], `${ALNUM}{16}`, { longest: 16 }),
  named('sumologic-access-key', ['sumo'], `(?i:sumo.{0,24}key)${ASSIGNED}(?P<value>${ALNUM}{64})\\b`),
  named(
    'datadog-key',
    ['datadog', 'dd_api', 'dd_app', 'dd-api', 'dd-app', 'ddog'],
    `(?i:(?:datadog|dd[_-](?:api|app)|ddog).{0,24}?)${ASSIGNED}(?P<value>${HEX}{40}|${HEX}{32})\\b`,
  ),
  named('pagerduty-key', ['pagerduty', 'pager_duty'], `(?i:pager_?duty.{0,24}(?:key|token))${ASSIGNED}(?P<value>[0-9A-Za-z_+-]{20,32})\\b`),
  named('opsgenie-key', ['opsgenie', 'GenieKey'], `(?i:opsgenie.{0,20}key${ASSIGNED}|geniekey\\s{1,2})(?P<value>${UUID})\\b`, {
    validator: 'unmasked',
  }),
  named('splunk-token', ['splunk'], `(?i:splunk\\s{1,2}|splunk.{0,24}token${ASSIGNED})(?P<value>(?i:${UUID}))\\b`, {
    validator: 'unmasked',
  }),
  named('fastly-token', ['fastly'], `(?i:fastly.{0,24}(?:key|token)?)${ASSIGNED}(?P<value>${URLSAFE}{32})(?:[^0-9A-Za-z_-]|$)`),
  named(
    'cloudflare-api-token',
    ['cloudflare', 'cf_api'],
    `(?i:(?:cloudflare|cf_api).{0,24}?)${ASSIGNED}(?P<value>${URLSAFE}{40}|${HEX}{37})(?:[^0-9A-Za-z_-]|$)`,
  ),
  named('heroku-api-key', ['heroku'], `(?i:heroku.{0,24}(?:key|token))${ASSIGNED}(?P<value>${UUID})\\b`, { validator: 'unmasked' }),
  named(
    'linode-token',
    ['linode', 'vultr', 'hetzner', 'hcloud'],
    `(?i:(?:linode|vultr|hetzner|hcloud).{0,24}(?:key|token))${ASSIGNED}(?P<value>[0-9A-Za-z]{36,64})\\b`,
  ),
  named('sonar-legacy-token', ['sonar'], `(?i:sonar.{0,24}(?:login|token))${ASSIGNED}(?P<value>${HEX}{40})\\b`),
  named(
    'authress-key',
    ['.acc_', '.acc-'],
    LEFT + '(?P<value>(?:sc|ext|scauth|authress)_[0-9a-z]{5,30}\\.[0-9a-z]{4,6}\\.acc[_-][0-9a-z-]{10,32}\\.[0-9a-z+/_=-]{30,120})',
    {
      longest: 180,
    },
  ),
  named('cisco-meraki-key', ['meraki'], `(?i:meraki.{0,24}?)${ASSIGNED}(?P<value>${HEX}{40})\\b`),
];
