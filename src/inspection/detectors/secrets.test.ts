import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileDetectors } from '../compile.ts';
import { searchText } from '../search-text.ts';
import type { TextFinding } from '../search-text.ts';
import type { Detector, Engine } from '../types.ts';
import { crc32 } from '../validators/base62.ts';
import { createRandom, FORMS, githubToken, maskedOf, sampleOf, shortOf } from './secrets.fixture.ts';
import type { Sample } from './secrets.fixture.ts';
import { SECRETS } from './secrets.ts';

/** Where secrets stand. Those that are known by what stands around them stand only by themselves. */
const PLACES: Readonly<Record<string, (secret: string) => string>> = {
  'by itself': (secret) => secret,
  'in a sentence': (secret) => `It is ${secret}, and nobody else's.`,
  'in a JSON text': (secret) => `{"n":1,"value":${JSON.stringify(secret)},"more":[]}`,
  'in a JSON text in a JSON text': (secret) => JSON.stringify(JSON.stringify({ value: `\n${secret}\n` })),
  'in a .env file': (secret) => `DEBUG=1\nVALUE=${secret}\nPORT=80\n`,
  'in code': (secret) => `const value = '${secret}';`,
  'in colour': (secret) => `\x1b[31m${secret}\x1b[0m`,
  'in a query': (secret) => `https://host.net/path?value=${secret}&page=2`,
};
const SAMPLES = 6;

const all = engineOf(SECRETS);

describe('detectors of secrets', () => {
  it('are many, and each has a form or a test of its own', () => {
    const ofForm = new Set(Object.keys(FORMS));
    const others = SECRETS.map(({ name }) => name).filter((name) => !ofForm.has(name));
    assert.deepEqual(others, BY_THEMSELVES);
    assert.ok(SECRETS.length > 300);
    assert.deepEqual(
      [...ofForm].filter((name) => !SECRETS.some((detector) => detector.name === name)),
      [],
    );
  });

  for (const detector of SECRETS) {
    const form = FORMS[detector.name];
    if (form === undefined) continue;
    it(`${detector.name}: finds what has its form, wherever it stands`, () => {
      const random = createRandom(seedOf(detector.name));
      for (let count = 0; count < SAMPLES; count += 1) {
        const sample = sampleOf(form, random);
        for (const [place, text] of placed(form, sample)) {
          assert.ok(covers(find(engineOf([detector]), text), text, sample.secret), `${place}: ${text}`);
          assert.ok(covers(find(all, text), text, sample.secret), `${place}, among all: ${text}`);
        }
      }
    });

    it(`${detector.name}: does not find what is only masked, or a character short`, () => {
      const alone = engineOf([detector]);
      for (const mask of ['x', 'X', '*', '.', '0']) {
        const { text } = maskedOf(form, mask);
        if (!KNOWN_BY_PREFIX.has(detector.name)) assert.deepEqual(find(alone, text), [], text);
      }
      const { text } = shortOf(form, createRandom(seedOf(detector.name)));
      if (!ANY_LENGTH.has(detector.name)) assert.deepEqual(find(alone, text), [], text);
    });
  }

  it('find tokens in characters that nobody sees, and between those', () => {
    const token = githubToken(createRandom(8));
    const tags = Array.from(token, (char) => String.fromCodePoint(0xe0000 + char.charCodeAt(0))).join('');
    for (const text of [Array.from(token).join('\u200b'), tags]) assert.deepEqual(typesOf(find(all, text)), ['github-token']);
  });

  it('find a token of GitHub by its checksum, and without it only what is random enough', () => {
    const random = createRandom(7);
    for (let count = 0; count < 50; count += 1) {
      const token = githubToken(random);
      assert.deepEqual(typesOf(find(all, `use ${token}.`)), ['github-token']);
      const wrong = token.slice(0, -1) + (token.endsWith('a') ? 'b' : 'a');
      assert.deepEqual(find(engineOf(SECRETS.filter(({ name }) => name === 'github-token')), wrong), []);
    }
  });
});

/** What reads more than a form: their tests are in secrets-generic.test.ts. */
const BY_THEMSELVES = [
  'private-key',
  'putty-private-key',
  'pkcs12-key',
  'json-web-token',
  'registry-credentials',
  'registry-credentials-member',
  'url-credentials',
  'command-line-credentials',
  'authorization-header',
  'authorization-member',
  'authorization-scheme',
  'named-secret',
  'long-named-secret',
  'secret-member',
  'kubernetes-secret',
  'github-token',
  'seed-phrase',
];
/** Forms that are known by the part that is not drawn. */
const KNOWN_BY_PREFIX = new Set(['aws-bedrock-session-key']);
/** Forms of which a shorter one is another one that is as good. */
const ANY_LENGTH = new Set([
  'session-cookie',
  'sql-password',
  'powershell-password',
  'netrc-password',
  'pgpass-password',
  'command-line-password',
  'aws-bedrock-session-key',

  'composer-github-auth',
  'slack-bot-token',
  'slack-user-token',
  'slack-config-token',
  'discord-bot-token',
  'openai-key',
  'anthropic-key',
  'convex-deploy-key',
  'elastic-api-key',
  'k3s-token',
  'authress-key',
  'sanity-token',
  'tiktok-token',
  'atlassian-token',
]);

/** Samples stay the same when detectors are added. */
function seedOf(name: string): number {
  return crc32(name);
}

function engineOf(detectors: readonly Detector[]): Engine {
  const engine = compileDetectors(detectors, { sweeps: [], readers: [] });
  assert.ok(engine.ok, engine.ok ? '' : JSON.stringify(engine.error));
  return engine.value;
}

function find(engine: Engine, text: string): readonly TextFinding[] {
  return searchText(engine, text, 'answer');
}

function typesOf(found: readonly TextFinding[]): readonly string[] {
  return found.map(({ type }) => type);
}

function placed(form: string, { text, secret }: Sample): readonly (readonly [string, string])[] {
  return form.includes('‹') ? [['by itself', text]] : Object.entries(PLACES).map(([place, at]) => [place, at(secret)]);
}

/** Whether nothing of a secret would be left. */
function covers(found: readonly TextFinding[], text: string, secret: string): boolean {
  const start = text.indexOf(secret);
  return found.some((finding) => finding.class === 'secret' && finding.start <= start && finding.end >= start + secret.length);
}
