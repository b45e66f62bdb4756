// One sample, or as many as are wanted, of everything that is a secret by its form: made when tests run, from an alphabet and a length for each part, so that
// no scanner of secrets has anything to find in this file. `{hex:40}` is forty hexadecimal digits; what stands between ‹ and › is the secret, or else all of it.

import { checkDigitsOf } from '../validators/base62.ts';

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LOWER = UPPER.toLowerCase();
const DIGIT = '0123456789';
const ALPHABETS: Readonly<Record<string, string>> = {
  alnum: UPPER + LOWER + DIGIT,
  lower: LOWER + DIGIT,
  upper: UPPER + DIGIT,
  digit: DIGIT,
  hex: `${DIGIT}abcdef`,
  upperhex: `${DIGIT}ABCDEF`,
  url: `${UPPER + LOWER + DIGIT}_-`,
  base64: `${UPPER + LOWER + DIGIT}+/`,
  base32: `${UPPER}234567`,
  lowbase32: `${LOWER}234567`,
  base58: '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz',
  bech32: 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L',
};
const UUID = '{hex:8}-{hex:4}-4{hex:3}-a{hex:3}-{hex:12}';

/** What is drawn is the same for the same seed (mulberry32). */
export type Random = (below: number) => number;

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** A text with a secret in it. */
export interface Sample {
  readonly text: string;
  readonly secret: string;
}

/** A sample of a form. */
export function sampleOf(form: string, random: Random): Sample {
  return toSample(fill(form, (alphabet, at, length) => draw(alphabet, at, length, random)));
}

/** The same form as documentation shows it: every part that is drawn is one character again and again. */
export function maskedOf(form: string, mask: string): Sample {
  return toSample(fill(form, () => mask));
}

/** One character of what is drawn is missing: the last of them. */
export function shortOf(form: string, random: Random): Sample {
  const last = form.lastIndexOf('{');
  const short =
    form.slice(0, last) +
    form
      .slice(last)
      .replace(/\{(\w+):(\d+)\}|\{uuid\}/, (_, name: string | undefined, length: string) =>
        name === undefined ? UUID.replace('{hex:12}', '{hex:11}') : `{${name}:${Number(length) - 1}}`,
      );
  return sampleOf(short, random);
}

/** A token of GitHub with the right checksum. */
export function githubToken(random: Random): string {
  const body = sampleOf('{alnum:30}', random).secret;
  return `ghp_${body}${checkDigitsOf(body)}`;
}

/** What stands between the lines of a private key. */
export function privateKey(label: string, random: Random, lines = 12): string {
  const body = Array.from({ length: lines }, () => sampleOf('{base64:64}', random).secret).join('\n');
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----`;
}

/** A signed token. Its signature is as random as the rest of it. */
export function jsonWebToken(random: Random): string {
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ sub: String(random(1e9)), iat: 1_700_000_000 })}.${sampleOf('{alnum:43}', random).secret}`;
}

type Draw = (alphabet: string, at: number, length: number) => string;

function fill(form: string, drawAt: Draw): string {
  return form.replaceAll('{uuid}', UUID).replace(/\{(\w+):(\d+)\}/g, (whole, name: string, length: string) => {
    const alphabet = ALPHABETS[name];
    if (alphabet === undefined) throw new Error(`no such alphabet: ${whole}`);
    return Array.from({ length: Number(length) }, (_, at) => drawAt(alphabet, at, Number(length))).join('');
  });
}

/** Not a mark at an end, where it could as well be punctuation. */
function draw(alphabet: string, at: number, length: number, random: Random): string {
  const letters = at === 0 || at === length - 1 ? alphabet.replace(/[^0-9A-Za-z]/g, '') : alphabet;
  return letters.charAt(random(letters.length));
}

function toSample(text: string): Sample {
  const start = text.indexOf('‹');
  if (start < 0) return { text, secret: text };
  const end = text.indexOf('›');
  const secret = text.slice(start + 1, end);
  return { text: text.slice(0, start) + secret + text.slice(end + 1), secret };
}

/** The form of what each detector finds, as its vendor has published it. Detectors that read more than a form are tested by themselves. */
export const FORMS: Readonly<Record<string, string>> = {
  'sql-password': "ALTER USER app IDENTIFIED BY '‹{alnum:16}›'",
  'powershell-password': 'ConvertTo-SecureString -String "‹{alnum:16}›" -AsPlainText',
  'session-cookie': 'JSESSIONID=‹{alnum:32}›',
  'netrc-password': 'machine api.host.net login deploy password ‹{alnum:18}›',
  'pgpass-password': 'db.internal:5432:orders:reader:‹{alnum:18}›',
  'command-line-password': 'mysql -h db.internal -u root -p‹{alnum:16}› orders',
  'aws-access-key-id': 'AKIA{base32:16}',
  'aws-secret-access-key': 'aws_secret_access_key = ‹{base64:40}›',
  'aws-session-token': 'IQoJb3JpZ2lu{base64:100}',
  'aws-mws-token': 'amzn.mws.{uuid}',
  'aws-bedrock-key': 'ABSKQmVkcm9ja0FQSUtleS{base64:60}',
  'aws-bedrock-session-key': 'bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t{base64:40}',
  'aws-appsync-key': 'da2-{lower:26}',
  'google-api-key': 'AIza{url:35}',
  'google-oauth-client-secret': 'GOCSPX-{url:28}',
  'google-oauth-access-token': 'ya29.{url:1}{alnum:24}',
  'google-oauth-refresh-token': '1//0{url:38}',
  'firebase-messaging-key': 'AAAA{alnum:7}:APA91b{alnum:134}',
  'telegram-token': 'telegram_key = "‹{digit:9}:A{alnum:34}›"',
  'google-hmac-key-id': 'GOOG1E{upper:55}',
  'azure-storage-key': 'AccountKey=‹{base64:86}==›',
  'azure-shared-access-key': 'SharedAccessKey=‹{base64:43}=›',
  'azure-shared-access-signature': 'https://acct.blob.core.windows.net/c?sv=2022-11-02&sig=‹{alnum:43}%3D›',
  'azure-client-secret': '{alnum:3}7Q~{alnum:31}',
  'azure-cosmos-key': '{base64:76}ACDb{base64:5}A==',
  'azure-storage-identifiable-key': '{base64:40}+ASt{base64:5}A==',
  'azure-messaging-key': '{base64:33}+ASb{base64:5}=',
  'azure-search-key': '{base64:42}AzSeA{alnum:5}',
  'azure-container-registry-key': '{base64:42}+ACRA{base64:5}',
  'azure-identifiable-key': '{base64:52}JQQJ9{alnum:2}A{alnum:16}',
  'alibaba-access-key-id': 'LTAI{alnum:16}',
  'tencent-secret-id': 'AKID{alnum:32}',
  'digitalocean-token': 'dop_v1_{hex:64}',
  'digitalocean-spaces-key': 'DO00{upper:16}',
  'scaleway-access-key': 'SCW{upper:17}',
  'yandex-cloud-key': 'AQVN{alnum:34}',
  'cloudflare-token': 'cfk_{alnum:40}{hex:8}',
  'cloudflare-origin-ca-key': 'v1.0-{hex:24}-{hex:146}',
  'heroku-key': 'HRKU-AA{url:58}',
  'fly-token': 'FlyV1 fm1_{alnum:43}',
  'vercel-token': 'vcp_{alnum:24}',
  'vercel-blob-token': 'vercel_blob_rw_{alnum:16}_{alnum:24}',
  'netlify-token': 'nfp_{alnum:36}',
  'render-key': 'rnd_{alnum:28}',
  'tailscale-key': 'tskey-auth-{alnum:6}-{alnum:20}',
  'defined-networking-token': 'dnkey-{upper:26}-{upper:52}',
  'github-token-unchecked': 'ghp_{alnum:36}',
  'github-fine-grained-token': 'github_pat_{alnum:22}_{alnum:59}',
  'github-app-token': 'ghs_{digit:1}_eyJ{url:10}.eyJ{url:10}.{url:20}',
  'gitlab-token': 'glpat-{url:20}',
  'gitlab-routable-token': 'glpat-{url:27}.{lower:2}{lower:7}',
  'gitlab-trigger-token': 'glptt-{hex:40}',
  'gitlab-job-token': 'glcbt-64_{alnum:20}',
  'gitlab-oauth-secret': 'gloas-{hex:64}',
  'gitlab-runner-registration-token': 'GR1348941{url:20}',
  'gitlab-session-cookie': '_gitlab_session=‹{hex:32}›',
  'bitbucket-app-password': 'ATBB{alnum:24}{upperhex:8}',
  'npm-token': 'npm_{alnum:36}',
  'npm-registry-auth': '_authToken=‹{alnum:16}›',
  'pypi-token': 'pypi-AgEIcHlwaS5vcmc{url:50}',
  'rubygems-key': 'rubygems_{hex:48}',
  'crates-token': 'cio{alnum:32}',
  'nuget-key': 'oy2{lower:43}',
  'clojars-token': 'CLOJARS_{lower:60}',
  'packagist-token': 'packagist_uut_{alnum:32}',
  'docker-token': 'dckr_pat_{url:27}',
  'deno-token': 'ddp_{alnum:36}',
  'jsr-token': 'jsrp_{alnum:32}',
  'artifactory-key': 'AKCp{alnum:69}',
  'artifactory-reference-token': 'cmVmdGtu{alnum:56}',
  'sourcegraph-token': 'sgp_{hex:40}',
  'sourcegraph-license-key': 'slk_{hex:64}',
  'sourcegraph-legacy-token': 'SOURCEGRAPH_KEY = "‹{hex:40}›"',
  'sonarqube-token': 'squ_{hex:40}',
  'snyk-token': 'SNYK_KEY = "‹{uuid}›"',
  'codecov-token': 'CODECOV_TOKEN = "‹{uuid}›"',
  'jenkins-token': 'jenkins_token = "‹11{hex:32}›"',
  'circleci-token': 'CCIPAT_{alnum:22}_{hex:40}',
  'buildkite-token': 'bkua_{alnum:40}',
  'postman-key': 'PMAK-{hex:24}-{hex:34}',
  'postman-collection-key': 'PMAT-{upper:26}',
  'readme-key': 'rdme_{lower:70}',
  'harness-token': 'pat.{url:22}.{hex:24}.{alnum:20}',
  'octopus-key': 'API-{upper:26}',
  'scalingo-token': 'tk-us-{url:48}',
  'prefect-token': 'pnu_{lower:36}',
  'pulumi-token': 'pul-{hex:40}',
  'infracost-key': 'ico-{alnum:32}',
  'terraform-cloud-token': '{alnum:14}.atlasv1.{alnum:60}',
  'sidekiq-key': 'BUNDLE_ENTERPRISE__CONTRIBSYS__COM = "‹{hex:8}:{hex:8}›"',
  'intra42-secret': 's-s4t2ud-{hex:64}',
  'travis-token': 'TRAVIS_TOKEN = "‹{url:22}›"',
  'drone-token': 'DRONE_TOKEN=‹{lower:32}›',
  'composer-github-auth': '{"github-oauth": {"github.com": "‹{hex:40}›"}}',
  'slack-bot-token': 'xoxb-{digit:12}-{digit:13}-{alnum:24}',
  'slack-user-token': 'xoxp-{digit:12}-{digit:12}-{digit:12}-{hex:32}',
  'slack-config-token': 'xoxe-1-{alnum:140}',
  'slack-cookie-token': 'xoxd-{alnum:60}',
  'slack-client-token': 'xoxc-{digit:8}-{digit:8}-{digit:8}-{hex:64}',
  'slack-app-token': 'xapp-{digit:1}-{upper:9}-{digit:10}-{lower:32}',
  'slack-webhook': 'hooks.slack.com/‹services/{upper:5}/{upper:5}/{alnum:16}›',
  'discord-webhook': 'discord.com/api/‹webhooks/{digit:17}/{url:60}›',
  'discord-bot-token': 'DISCORD_TOKEN=‹M{alnum:25}.{url:6}.{alnum:38}›',
  'discord-mfa-token': 'mfa.{url:84}',
  'telegram-bot-token': '{digit:10}:AA{alnum:33}',
  'teams-webhook': '.webhook.office.com/‹webhookb2/{uuid}@{uuid}/IncomingWebhook/{hex:32}/{uuid}›',
  'google-chat-webhook': 'chat.googleapis.com/v1/spaces/‹{url:8}/messages?key={url:30}&token={alnum:30}›',
  'feishu-webhook': 'open.feishu.cn/open-apis/bot/‹hook/{uuid}›',
  'dingtalk-webhook': 'oapi.dingtalk.com/robot/‹send?access_token={hex:64}›',
  'wecom-webhook': 'qyapi.weixin.qq.com/cgi-bin/webhook/‹send?key={uuid}›',
  'mattermost-token': 'MATTERMOST_TOKEN = "‹{lower:26}›"',
  'rocketchat-token': 'ROCKETCHAT_TOKEN = "‹{url:43}›"',
  'line-channel-token': 'LINE_CHANNEL_SECRET=‹{hex:32}›',
  'matrix-access-token': 'syt_{alnum:2}_{alnum:20}_{alnum:6}',
  'twilio-key': 'SK{hex:32}',
  'twilio-auth-token': 'TWILIO_TOKEN = "‹{hex:32}›"',
  'sendgrid-key': 'SG.{url:20}.{url:39}',
  'mailgun-key': 'key-{hex:32}',
  'mailgun-private-key': 'MAILGUN_KEY = "‹{hex:32}-{hex:8}-{hex:8}›"',
  'mailchimp-key': '{hex:32}-us{digit:1}',
  'brevo-key': 'xkeysib-{hex:64}-{alnum:16}',
  'resend-key': 're_{alnum:8}_{alnum:24}',
  'mailersend-token': 'mlsn.{hex:64}',
  'postmark-token': 'POSTMARK_TOKEN = "‹{uuid}›"',
  'sparkpost-key': 'SPARKPOST_KEY = "‹{hex:40}›"',
  'mandrill-key': 'MANDRILL_KEY = "‹{url:22}›"',
  'messagebird-key': 'MESSAGEBIRD_KEY = "‹{alnum:25}›"',
  'plivo-token': 'PLIVO_TOKEN = "‹{alnum:40}›"',
  'onesignal-key': 'os_v2_app_{lowbase32:60}',
  'pubnub-secret-key': 'sec-c-{alnum:36}',
  'courier-key': 'pk_prod_{upper:28}',
  'sendbird-token': 'SENDBIRD_TOKEN = "‹{hex:40}›"',
  'stripe-secret-key': 'sk_live_{alnum:24}',
  'stripe-webhook-secret': 'whsec_{base64:32}',
  'square-access-token': 'sq0atp-{url:22}',
  'square-application-secret': 'sq0csp-{url:43}',
  'square-token': 'EAAA{url:60}',
  'braintree-token': 'access_token$production${lower:16}${hex:32}',
  'adyen-key': 'AQE{base64:60}-{base64:30}-{alnum:12}',
  'razorpay-key': 'rzp_live_{alnum:14}',
  'flutterwave-secret-key': 'FLWSECK_TEST-{alnum:12}',
  'shopify-token': 'shpat_{alnum:32}',
  'plaid-access-token': 'access-sandbox-{uuid}',
  'plaid-secret': 'PLAID_SECRET = "‹{lower:30}›"',
  'gocardless-token': 'live_{url:40}',
  'mollie-key': 'live_{alnum:30}',
  'lob-key': 'lob_key: ‹live_{hex:35}›',
  'easypost-key': 'EZAK{alnum:54}',
  'shippo-token': 'shippo_live_{hex:40}',
  'duffel-token': 'duffel_live_{alnum:43}',
  'paddle-key': 'pdl_live_apikey_{lower:26}_{alnum:22}_{alnum:3}',
  'polar-token': 'polar_oat_{alnum:32}',
  'paypal-secret': 'PAYPAL_SECRET = "‹{url:60}›"',
  'coinbase-key': 'COINBASE_KEY = "‹{alnum:32}›"',
  'binance-key': 'BINANCE_KEY = "‹{alnum:64}›"',
  'kraken-key': 'KRAKEN_KEY = "‹{base64:54}›"',
  'etsy-key': 'ETSY_KEY = "‹{lower:24}›"',
  'bitcoin-extended-private-key': 'xprv{base58:107}',
  'ethereum-private-key': 'wallet private key: ‹0x{hex:64}›',
  'openai-key': 'sk-proj-{url:74}T3BlbkFJ{url:74}',
  'openai-like-key': 'sk-{hex:32}',
  'anthropic-key': 'sk-ant-api03-{alnum:93}AA',
  'anthropic-session-key': 'sk-ant-sid{digit:2}-{url:80}',
  'huggingface-token': 'hf_{alnum:34}',
  'huggingface-organization-token': 'api_org_{alnum:34}',
  'replicate-token': 'r8_{url:37}',
  'perplexity-key': 'pplx-{alnum:48}',
  'groq-key': 'gsk_{alnum:52}',
  'xai-key': 'xai-{alnum:70}',
  'openrouter-key': 'sk-or-v1-{hex:64}',
  'together-key': 'tgp_v1_{url:43}',
  'fireworks-key': 'fw_{alnum:22}',
  'cerebras-key': 'csk-{lower:48}',
  'nvidia-key': 'nvapi-{url:60}',
  'voyage-key': 'pa-{url:43}',
  'elevenlabs-key': 'sk_{hex:48}',
  'jina-key': 'jina_{hex:32}{url:28}',
  'pinecone-key': 'pcsk_{alnum:5}_{alnum:50}',
  'langsmith-key': 'lsv2_pt_{hex:32}_{hex:10}',
  'langsmith-legacy-key': 'ls__{hex:32}',
  'langfuse-key': 'sk-lf-{uuid}',
  'tavily-key': 'tvly-{alnum:32}',
  'firecrawl-key': 'fc-{hex:32}',
  'brave-search-key': 'BSA{url:28}',
  'e2b-key': 'e2b_{hex:40}',
  'modal-token': 'ak-{alnum:22}',
  'runpod-key': 'rpa_{upper:40}',
  'browserbase-key': 'bb_live_{url:27}',
  'cursor-key': 'crsr_{hex:64}',
  'llamacloud-key': 'llx-{alnum:48}',
  'friendli-token': 'flp_{alnum:40}',
  'helicone-key': 'sk-helicone-{lower:20}',
  'apify-token': 'apify_api_{alnum:34}',
  'composio-key': 'ak_{url:20}',
  'wandb-key': 'wandb_v1_{url:60}',
  'wandb-legacy-key': 'WANDB_KEY = "‹{hex:40}›"',
  'cohere-key': 'COHERE_KEY = "‹{alnum:40}›"',
  'mistral-key': 'MISTRAL_KEY = "‹{alnum:32}›"',
  'assemblyai-key': 'ASSEMBLYAI_KEY = "‹{hex:32}›"',
  'deepgram-key': 'DEEPGRAM_KEY = "‹{hex:40}›"',
  'zhipu-key': 'ZHIPU_API_KEY=‹{hex:32}.{alnum:16}›',
  'fal-key': 'FAL_KEY=‹{uuid}:{hex:32}›',
  'serpapi-key': 'SERPAPI_KEY = "‹{hex:64}›"',
  'scrapfly-key': 'scp-live-{hex:32}',
  'letta-key': 'sk-let-{alnum:40}',
  'mem0-key': 'm0-{alnum:40}',
  'clickhouse-cloud-key': '4b1d{alnum:38}',
  'databricks-token': 'dapi{hex:32}',
  'supabase-token': 'sbp_{hex:40}',
  'supabase-secret-key': 'sb_secret_{url:20}',
  'planetscale-token': 'pscale_tkn_{alnum:32}',
  'neon-key': 'napi_{lower:60}',
  'neon-password': 'npg_{alnum:12}',
  'mongodb-atlas-secret': 'mdb_sa_sk_{url:40}',
  'cockroach-cloud-key': 'CCDB1_{alnum:22}_{alnum:40}',
  'aiven-password': 'AVNS_{url:19}',
  'elastic-cloud-key': 'essu_{base64:40}',
  'xata-key': 'xau_{alnum:32}',
  'airtable-token': 'AIRTABLE=‹pat{alnum:14}.{hex:64}›',
  'confluent-secret': 'cflt{base64:60}',
  'dbt-token': 'dbtc_{alnum:40}',
  'tinybird-token': 'p.eyJ1Ijo{alnum:40}',
  'convex-deploy-key': 'prod:happy-otter-123|eyJ{alnum:60}',
  'upstash-qstash-key': 'sig_{alnum:28}',
  'algolia-key': 'ALGOLIA_KEY = "‹{hex:32}›"',
  'meilisearch-key': 'MEILI_KEY = "‹{url:16}›"',
  'fauna-secret': 'FAUNA_KEY = "‹fn{url:38}›"',
  'cloudant-password': 'CLOUDANT_KEY = "‹{hex:64}›"',
  'confluent-key-secret': 'CONFLUENT_SECRET = "‹{base64:64}›"',
  'elastic-api-key': 'Authorization: ApiKey ‹{base64:60}›',
  'vault-token': 'hvs.{url:24}',
  'vault-legacy-token': 'vault login ‹s.{alnum:24}›',
  'hashicorp-token': 'CONSUL_TOKEN = "‹{uuid}›"',
  'doppler-token': 'dp.pt.{alnum:40}',
  'doppler-service-token': 'dp.st.{alnum:40}',
  'infisical-token': 'INFISICAL_TOKEN=‹st.{hex:24}.{hex:32}.{hex:32}›',
  'onepassword-service-token': 'ops_eyJ{alnum:200}',
  'onepassword-secret-key': 'A3-{upper:6}-{upper:11}-{upper:5}-{upper:5}-{upper:5}',
  'bitwarden-access-token': 'BWS_ACCESS_TOKEN=‹0.{uuid}.{alnum:30}:{base64:22}==›',
  'age-secret-key': 'AGE-SECRET-KEY-1{bech32:58}',
  'docker-swarm-token': 'SWMTKN-1-{lower:50}-{lower:25}',
  'docker-swarm-unlock-key': 'SWMKEY-1-{base64:43}',
  'k3s-token': 'K10{hex:64}::server:{hex:32}',
  'rancher-token': 'token-{lower:5}:{lower:54}',
  'openshift-token': 'sha256~{url:43}',
  'kubernetes-bootstrap-token': 'kubeadm join 10.0.0.1:6443 --token ‹{lower:6}.{lower:16}›',
  'grafana-cloud-token': 'glc_{base64:32}',
  'grafana-service-account-token': 'glsa_{alnum:32}_{hex:8}',
  'grafana-key': 'eyJrIjoi{base64:50}',
  'newrelic-user-key': 'NRAK-{upper:27}',
  'newrelic-insert-key': 'NRII-{url:32}',
  'newrelic-admin-key': 'NRAA-{alnum:27}',
  'newrelic-license-key': '{alnum:32}NRAL',
  'sentry-org-token': 'sntrys_eyJ{alnum:80}',
  'sentry-user-token': 'sntryu_{hex:64}',
  'dynatrace-token': 'dt0c01.{base32:8}.{base32:64}',
  'honeycomb-key': 'hcaik_{lower:26}',
  'axiom-token': 'xaat-{uuid}',
  'posthog-key': 'phx_{alnum:40}',
  'logfire-token': 'pylf_v1_us_{alnum:40}',
  'nightfall-key': 'NF-{alnum:32}',
  'honeybadger-token': 'hbp_{alnum:36}',
  'netbird-token': 'nbp_{alnum:36}',
  'pangea-token': 'pts_{lowbase32:32}',
  'gitguardian-token': 'ggtt-v-{lower:10}',
  'settlemint-token': 'sm_aat_{alnum:16}',
  'sumologic-access-key': 'SUMO_KEY = "‹{alnum:64}›"',
  'datadog-key': 'DATADOG_KEY = "‹{hex:40}›"',
  'pagerduty-key': 'PAGERDUTY_KEY = "‹{alnum:20}›"',
  'opsgenie-key': 'OPSGENIE_KEY = "‹{uuid}›"',
  'splunk-token': 'splunk ‹{uuid}›',
  'fastly-token': 'FASTLY_KEY = "‹{url:32}›"',
  'cloudflare-api-token': 'CLOUDFLARE_KEY = "‹{url:40}›"',
  'heroku-api-key': 'HEROKU_KEY = "‹{uuid}›"',
  'linode-token': 'LINODE_KEY = "‹{alnum:36}›"',
  'sonar-legacy-token': 'SONAR_LOGIN = "‹{hex:40}›"',
  'authress-key': 'sc_{lower:12}.{lower:5}.acc-{lower:14}.{lower:60}',
  'cisco-meraki-key': 'MERAKI_KEY = "‹{hex:40}›"',
  'notion-token': 'ntn_{digit:11}{alnum:35}',
  'notion-legacy-token': 'secret_{alnum:43}',
  'asana-token': 'asana: ‹1/{digit:16}:{hex:32}›',
  'atlassian-token': 'ATATT3xFfGF0{alnum:170}={upperhex:8}',
  'atlassian-access-token': 'ATCTT3xFfG{url:100}={upperhex:8}',
  'atlassian-legacy-token': 'ATLASSIAN_TOKEN = "‹{alnum:24}›"',
  'trello-token': 'ATTA{hex:64}{upperhex:8}',
  'linear-key': 'lin_api_{alnum:40}',
  'linear-oauth-token': 'lin_oauth_{hex:64}',
  'figma-token': 'figd_{url:40}',
  'clickup-token': 'pk_{digit:6}_{upper:32}',
  'contentful-token': 'CFPAT-{url:43}',
  'typeform-token': 'tfp_{alnum:40}',
  'dropbox-token': 'sl.u.{url:130}',
  'hubspot-token': 'pat-na1-{uuid}',
  'intercom-token': 'dG9rO{base64:54}=',
  'mapbox-secret-token': 'sk.eyJ{url:20}.{url:22}',
  'salesforce-token': '00D{alnum:12}!{alnum:80}',
  'salesforce-refresh-token': '5Aep861{alnum:60}',
  'sanity-token': 'SANITY=‹sk{alnum:160}›',
  'launchdarkly-key': 'sdk-{uuid}',
  'klaviyo-key': 'pk_{hex:34}',
  'statsig-secret': 'secret-{alnum:40}',
  'stytch-secret': 'secret-live-{url:36}=',
  'frameio-token': 'fio-u-{url:64}',
  'adafruit-key': 'aio_{alnum:28}',
  'adobe-client-secret': 'p8e-{url:32}',
  'maxmind-key': '{alnum:6}_{alnum:29}_mmk',
  'facebook-token': 'EAA{alnum:90}',
  'facebook-app-token': 'access_token=‹{digit:15}|{alnum:27}›',
  'facebook-app-secret': 'FACEBOOK_SECRET = "‹{hex:32}›"',
  'instagram-token': 'IGQVJ{url:80}',
  'twitter-bearer-token': 'AAAAAAAAAAAAAAAAAAAAA{alnum:50}',
  'twitter-secret': 'TWITTER_SECRET = "‹{digit:15}-{alnum:20}›"',
  'pinterest-token': 'pina_{alnum:50}',
  'tiktok-token': 'tiktok: ‹act.{alnum:60}›',
  'linkedin-secret': 'LINKEDIN_SECRET = "‹{alnum:16}›"',
  'reddit-secret': 'REDDIT_SECRET = "‹{url:27}›"',
  'spotify-secret': 'SPOTIFY_SECRET = "‹{hex:32}›"',
  'okta-token': 'Authorization: SSWS ‹00{alnum:40}›',
  'auth0-secret': 'AUTH0_SECRET = "‹{url:48}›"',
  'zendesk-secret': 'ZENDESK_TOKEN = "‹{alnum:40}›"',
  'freshdesk-key': 'FRESHDESK_TOKEN = "‹{alnum:20}›"',
  'calendly-token': 'CALENDLY_TOKEN = "‹{url:32}›"',
  'shodan-key': 'SHODAN_TOKEN = "‹{alnum:32}›"',
  'virustotal-key': 'VIRUSTOTAL_KEY = "‹{hex:64}›"',
  'openweathermap-key': 'appid=‹{hex:32}›',
  'mapquest-google-maps-signature': 'https://maps.googleapis.com/maps/api/staticmap?center=Berlin&signature=‹{url:27}=›',
  'beamer-token': 'BEAMER_KEY = "‹b_{alnum:44}›"',
  'lastfm-secret': 'LASTFM_SECRET = "‹{hex:32}›"',
  'rapidapi-key': 'RAPIDAPI_KEY = "‹{lower:10}msh{lower:15}p1{lower:6}jsn{hex:12}›"',
  'browserstack-key': 'BROWSERSTACK_KEY = "‹{alnum:20}›"',
  'ngrok-token': 'ngrok config add-authtoken ‹2{alnum:26}_{alnum:21}›',
  'freemius-secret-key': "'secret_key' => '‹sk_{alnum:29}›'",
};
