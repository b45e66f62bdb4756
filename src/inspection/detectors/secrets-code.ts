// Tokens of code hosts, package registries, builds and deployments, by the formats that they have published.

import type { Detector } from '../types.ts';
import { ALNUM, ASSIGNED, BASE64, HEX, LEFT, leftOf, LOWER, named, token, URLSAFE, UUID } from './token.ts';

export const CODE_SECRETS: readonly Detector[] = [
  // The last six characters are a checksum: what carries the right one is one, whatever else it looks like.
  token('github-token', ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], `${ALNUM}{36}`, { longest: 36, validator: 'check-digits' }),
  token('github-token-unchecked', ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], `${ALNUM}{36}`, {
    longest: 36,
    validator: 'random',
    confidence: 'medium',
  }),
  token('github-fine-grained-token', 'github_pat_', `${ALNUM}{22}_${ALNUM}{59}`, { longest: 82 }),
  token('github-app-token', 'ghs_', `[0-9]{1,12}_eyJ${URLSAFE}{10,}\\.eyJ${URLSAFE}{10,}\\.${URLSAFE}{20,}`, { longest: 1500 }),
  token('gitlab-token', ['glpat-', 'gldt-', 'glsoat-', 'glffct-', 'glft-', 'glimt-', 'glagent-', 'glrt-', 'glrtr-'], `${URLSAFE}{20,50}`, {
    longest: 50,
    validator: 'token',
  }),
  token(
    'gitlab-routable-token',
    ['glpat-', 'gldt-', 'glrt-', 'glrtr-', 'glcbt-', 'glptt-', 'glft-', 'glimt-', 'glagent-', 'gloas-', 'glsoat-', 'glffct-', 'glwt-'],
    `(?:t[0-9]_)?${URLSAFE}{27,300}\\.[0-9a-z]{2}(?:\\.[0-9a-z]{2})?[0-9a-z]{7}`,
    { longest: 320 },
  ),
  token('gitlab-trigger-token', 'glptt-', `${HEX}{40}`, { longest: 40 }),
  token('gitlab-job-token', 'glcbt-', `(?:[0-9a-zA-Z]{1,5}_)?${URLSAFE}{20}`, { longest: 28, validator: 'token' }),
  token('gitlab-oauth-secret', 'gloas-', `${HEX}{64}`, { longest: 64 }),
  token('gitlab-runner-registration-token', 'GR1348941', `${URLSAFE}{20}`, { longest: 20 }),
  named('gitlab-session-cookie', ['_gitlab_session'], `_gitlab_session=(?P<value>${HEX}{32})\\b`, { confidence: 'high' }),
  token('bitbucket-app-password', 'ATBB', `${ALNUM}{24}[0-9A-F]{8}`, { longest: 32 }),
  token('npm-token', 'npm_', `${ALNUM}{36}`, { longest: 36, validator: 'random' }),
  named(
    'npm-registry-auth',
    ['_authToken', '_password', '_auth'],
    `${leftOf('0-9A-Za-z_')}_(?:authToken|auth|password)\\s{0,2}=\\s{0,2}["']?(?P<value>[0-9A-Za-z_+/.=-]{16,})`,
    { longest: 300 },
  ),
  token('pypi-token', ['pypi-AgEIcHlwaS5vcmc', 'pypi-AgENdGVzdC5weXBpLm9yZw'], `${URLSAFE}{50,}`, { longest: 300 }),
  token('rubygems-key', 'rubygems_', `${HEX}{48}`, { longest: 48 }),
  token('crates-token', 'cio', `${ALNUM}{32}`, { longest: 32, validator: 'random' }),
  token('nuget-key', 'oy2', `${LOWER}{43}`, { longest: 43, validator: 'random' }),
  token('clojars-token', 'CLOJARS_', `${LOWER}{60}`, { longest: 60 }),
  token('packagist-token', ['packagist_uut_', 'packagist_out_', 'packagist_ort_', 'packagist_'], `${ALNUM}{32,80}`, {
    longest: 80,
    validator: 'random',
  }),
  token('docker-token', ['dckr_pat_', 'dckr_oat_'], `${URLSAFE}{27,36}`, { longest: 36 }),
  token('deno-token', ['ddp_', 'ddo_'], `${ALNUM}{36}`, { longest: 36 }),
  token('jsr-token', ['jsrp_', 'jsrd_', 'jsru_'], `${ALNUM}{32,}`, { longest: 60, validator: 'random' }),
  token('artifactory-key', 'AKCp', `${ALNUM}{69}`, { longest: 69 }),
  token('artifactory-reference-token', 'cmVmdGtu', `${ALNUM}{56}`, { longest: 56, validator: 'random' }),

  token('sourcegraph-token', 'sgp_', `(?:(?:[0-9a-fA-F]{16}|local)_)?[0-9a-fA-F]{40}`, { longest: 60, validator: 'random' }),
  token('sourcegraph-license-key', 'slk_', `${HEX}{64}`, { longest: 64 }),
  named('sourcegraph-legacy-token', ['sourcegraph'], `(?i:sourcegraph)${ASSIGNED}(?P<value>[0-9a-fA-F]{40})\\b`),
  token('sonarqube-token', ['squ_', 'sqp_', 'sqa_', 'sqo_'], `${HEX}{40}`, { longest: 40 }),
  named('snyk-token', ['snyk'], `(?i:snyk.{0,20}(?:key|token))${ASSIGNED}(?P<value>${UUID})\\b`, { validator: 'unmasked' }),
  named('codecov-token', ['codecov'], `(?i:codecov.{0,20}token)${ASSIGNED}(?P<value>${UUID}|[0-9a-z]{32})\\b`),
  named('jenkins-token', ['jenkins'], `(?i:jenkins.{0,20}(?:token|crumb))${ASSIGNED}(?P<value>11${HEX}{32}|${HEX}{32})\\b`),
  token('circleci-token', ['CCIPAT_', 'CCIPRJ_'], `${ALNUM}{22}_${HEX}{40}`, { longest: 63 }),
  token('buildkite-token', ['bkua_', 'bkct_', 'bkaj_'], `${ALNUM}{40}`, { longest: 40 }),
  token('postman-key', 'PMAK-', `${HEX}{24}-${HEX}{34}`, { longest: 59 }),
  token('postman-collection-key', 'PMAT-', `[0-9A-Z]{26}`, { longest: 26 }),
  token('readme-key', 'rdme_', `${LOWER}{70}`, { longest: 70 }),
  token('harness-token', ['pat.', 'sat.'], `${URLSAFE}{22}\\.${HEX}{24}\\.${ALNUM}{20}`, { longest: 68 }),
  token('octopus-key', 'API-', `[0-9A-Z]{26}`, { longest: 26, validator: 'random-code' }),
  token('scalingo-token', 'tk-us-', `${URLSAFE}{48}`, { longest: 48 }),
  token('prefect-token', ['pnu_', 'pnb_'], `${LOWER}{36}`, { longest: 36, validator: 'random' }),
  token('pulumi-token', 'pul-', `${HEX}{40}`, { longest: 40 }),
  {
    ...token('infracost-key', 'ico-', '', { longest: 32, validator: 'random' }),
    pattern: `${leftOf('0-9A-Za-z._-')}(?P<value>ico-${ALNUM}{32})\\b`,
  },
  {
    ...token('terraform-cloud-token', '.atlasv1.', '', { longest: 72 }),
    before: 28,
    pattern: `${LEFT}(?P<value>${ALNUM}{14}\\.atlasv1\\.[0-9A-Za-z_=-]{60,70})`,
  },
  named(
    'sidekiq-key',
    ['BUNDLE_ENTERPRISE__CONTRIBSYS__COM', 'BUNDLE_GEMS__CONTRIBSYS__COM'],
    `(?i:BUNDLE_[A-Z]+__CONTRIBSYS__COM)${ASSIGNED}(?P<value>${HEX}{8}:${HEX}{8})\\b`,
    {
      validator: 'token',
    },
  ),
  token('intra42-secret', ['s-s4t2ud-', 's-s4t2af-'], `${HEX}{64}`, { longest: 64 }),
  named('travis-token', ['travis'], `(?i:travis.{0,20}token)${ASSIGNED}(?P<value>${URLSAFE}{22})\\b`),
  named('drone-token', ['droneci', 'drone_token'], `(?i:drone.{0,20}(?:token|secret)?)${ASSIGNED}(?P<value>${LOWER}{32})\\b`),
  named(
    'composer-github-auth',
    ['github-oauth'],
    `(?i:github-oauth).{0,40}?["']github\\.com["']\\s{0,4}:\\s{0,4}["'](?P<value>${BASE64}{36,})["']`,
  ),
];
