// The words around the tables of docs/reference/config.md. Every YAML block in here is loaded by a test.

const yaml = (text: string): string => `\`\`\`yaml\n${text.trim()}\n\`\`\``;

export const START = `One file says how the gateway runs, which servers are behind it, and who may use them. \`sallyport init\` writes a first one,
\`sallyport check\` says what is wrong with one, with line and remedy, and \`sallyport reload\` (or SIGHUP) makes a running gateway take over
a changed one. A config with a mistake is never taken over, not even in part: the gateway goes on with the one before.

The file is YAML 1.2 without tags. An unknown key is a mistake. Relative paths are relative to the file. For completion in an editor, its
first line names the schema: \`# yaml-language-server: $schema=./sallyport.schema.json\`.

The shortest useful config:

${yaml(`
version: 1
servers:
  memory: { command: npx, args: [-y, '@modelcontextprotocol/server-memory'] }
policy:
  rules:
    - { name: all, effect: allow, agents: ['*'], servers: ['*'] }
`)}`;

export const LISTENERS = `An agent reaches each server at \`<listener>/mcp/<name>\`, and all of them as one at \`<listener>/mcp\`, with a key made by \`sallyport agents add\` in the header
\`Authorization: Bearer <key>\`. \`listen\` is an address, a listener with more to say, or a list of these.

### \`tls\`

- \`off\`: plain HTTP. Only on a loopback address, which other machines cannot reach.
- \`self-signed\`: a certificate made at start, for its own address, \`hosts\` and the loopback names. For trying things out: clients must be
  told to trust it.
- \`{ certificate: path, key: path }\`: PEM files. Keep the key readable for the gateway's user only.
- \`external\`: a proxy in front ends TLS and the gateway is spoken to in plain HTTP. \`trustedProxies\` must name the proxy's addresses:
  only a connection from there is believed when its \`X-Forwarded-For\` says who is calling.

A listener that other machines can reach, with a certificate:

${yaml(`
listen:
  address: 0.0.0.0:7625
  tls: { certificate: /etc/sallyport/tls.crt, key: /etc/sallyport/tls.key }
  hosts: [gateway.example]
`)}

Behind a proxy that ends TLS:

${yaml(`
listen:
  address: 10.0.0.5:7625
  tls: external
  trustedProxies: [10.0.0.0/24]
  hosts: [gateway.example]
`)}

### \`hosts\` and \`origins\`

A web page can point its own name at the gateway's address and let the visitor's browser call it (DNS rebinding). So the \`Host\` of a
request must be one that the listener answers for: on a loopback listener \`localhost\`, \`127.0.0.1\`, \`[::1]\`, its own address, and
\`hosts\`; on any other listener, \`0.0.0.0\` and \`[::]\` among them, IP addresses and \`hosts\`. Without \`hosts\`, no name leads to such a
listener, and \`sallyport check\` warns. \`hosts\` are names without scheme and port, matched whole.

A request that a web page makes carries its \`Origin\`. It is refused unless \`origins\` has it, or it is a loopback page on a loopback
listener. There is no \`*\`.

### \`anonymous\`

On a loopback listener, a caller without a key can be taken for the agent named here. The policy applies to that agent like to any other. A
caller with a wrong key is refused, not taken for anonymous.

${yaml(`
listen:
  - { name: local, address: 127.0.0.1:7625, anonymous: visitor, origins: ['http://app.example'] }
  - { name: lan, address: 10.0.0.5:7625, tls: self-signed, hosts: [gateway.example] }
`)}`;

export const METRICS = `\`GET /livez\` and \`GET /readyz\` are answered on every listener, without a key, but under the same rules for \`Host\`.
\`/livez\` answers 200 while the process answers at all. \`/readyz\` answers 200 when calls can be carried and 503 when not, with the
reasons in \`faults\`; a config that was refused at reload is among the faults too, while calls go on under the one before.

\`GET /metrics\`, in the Prometheus format, has an address of its own and is off unless \`metrics\` names one. It asks for no key, so it must
be a loopback address.

${yaml(`
metrics: { listen: 127.0.0.1:7626 }
`)}`;

export const TELEMETRY = `Without \`otlp\` nothing is sent anywhere, and no call is traced. With it, metrics and the spans of traced calls go to a collector over
OTLP/HTTP, in JSON. No call ever waits for that: a collector that is slow or away costs the spans that it does not take. What is in them stands in
[telemetry](../telemetry.md).

${yaml(`
telemetry:
  otlp:
    endpoint: https://collector.example:4318
    headers:
      Authorization: { env: OTLP_AUTHORIZATION }
  traces: { ratio: 0.05 }
  resource: { deployment.environment.name: production }
`)}`;

export const ADMIN = `The console is a web page that the gateway serves, by default at http://127.0.0.1:7630, and the admin API is what that page uses. Both are
served by a process of their own, which holds no key and no record: what somebody may do there is decided by who has signed in. \`listen: off\`
starts no such process; the command line does not need it.

On a loopback address only this machine can reach it, without TLS. On any other it needs a certificate, and \`names\`: as on a listener of
agents, the \`Host\` of a request must be a name or an IP address that it answers for. An address that is taken is said, and the gateway
runs without its console.

${yaml(`
admin:
  listen: 10.0.0.5:7630
  tls: { certificate: /etc/sallyport/console.crt, key: /etc/sallyport/console.key }
  names: [console.example]
  sessionHours: 8
  idleMinutes: 15
  separation: { policy: two }
`)}`;

export const SERVERS = `A server has either a \`command\`, a program that the gateway starts and speaks to over stdin and stdout, or a \`url\`, a
server over Streamable HTTP. Its name is part of its path, \`/mcp/<name>\`, and what rules call it: lowercase letters, digits and hyphens.

\`command\` is the program alone; each word after it is an entry of \`args\`. A command with a \`/\` in it is a path relative to the config
file, any other is looked for in PATH. The program gets the variables in \`env\`, and of the gateway's own environment only PATH, HOME and
the like: no secret reaches it that is not named here.

\`sallyport import FILE\` takes servers over from the config of an MCP client.

${yaml(`
servers:
  files:
    command: npx
    args: [-y, '@modelcontextprotocol/server-filesystem', /srv/shared]
  tickets:
    url: https://tickets.example/mcp
    headers: { Authorization: 'Bearer \${TICKETS_TOKEN}' }
    tls: { ca: /etc/sallyport/ca.pem }
    timeoutMs: 120000
`)}`;

export const VALUES = `Any text in the config may hold \`\${NAME}\`, a variable of the gateway's environment, or \`\${NAME:-default}\`, with what to use
where it is unset or empty. A variable that is not set and has no default is a mistake. \`$$\` is a dollar sign.

In the \`env\` and \`headers\` of servers, and only there, such a reference stays a reference: the value is read when the server needs
it, and is neither stored with the config nor shown. Secrets belong there. Besides text with \`\${NAME}\`, a value may be
\`{ env: NAME }\`, the whole of a variable, or \`{ file: path }\`, the content of a file without the line break at its end.

${yaml(`
servers:
  tickets:
    url: https://tickets.example/mcp
    headers:
      Authorization: 'Bearer \${TICKETS_TOKEN}'
      X-Api-Key: { file: /run/secrets/tickets-key }
  desk:
    command: ./desk-server
    env: { DESK_TOKEN: { env: TICKETS_TOKEN }, DESK_COLOR: blue }
`)}`;

export const ROUTES = `\`/mcp/<name>\` shows one server. A route shows several as if they were one: an agent connects once and sees what it may use
of each. Without \`routes\`, \`/mcp\` shows all servers; \`routes: {}\` shows none together.

- **Tools and prompts** are called \`<server>__<name>\`, in at most 64 characters: a longer name is cut and ends in a digest, always the same.
  With \`names: bare\` they keep their names, and only where two are equal the one of the later server is qualified.
- **Resources** keep their URIs. A URI goes to the first server, in the order of \`servers\`, that lists it, or else to the first with a template
  that it fits, or is refused.
- **Rules** of the policy know servers and their own names, on every route alike: \`tools: [list_open]\`, not \`tickets__list_open\`.
- **A server that is down or slow** holds nobody up for longer than \`waitMs\`: its tools are shown as they were last, with
  \`io.github.sallyport/stale\` in their \`_meta\`, or not at all.
- **Apps**: a tool that only an app may call (\`_meta.ui.visibility: [app]\`) is neither shown nor callable here, since the gateway cannot see from
  which server's app a call comes. Such servers are best reached at their own routes.

${yaml(`
servers:
  files: { command: npx, args: [-y, '@modelcontextprotocol/server-filesystem', /srv/shared] }
  tickets: { url: 'https://tickets.example/mcp' }
routes:
  /mcp: { servers: '*' }
  /mcp/office: { servers: [tickets, files], names: bare, waitMs: 2000 }
`)}`;

export const POLICY = `What no rule allows is denied, and a rule that denies wins over every rule that allows; the order of rules does not matter. Each rule
names \`agents\`, \`groups\` or both. A rule matches when the agent is among its \`agents\` or in one of its \`groups\`, the server among its \`servers\`, and what is used among its
\`tools\`, \`prompts\` or \`resources\`. A rule with none of these three is about the whole server; a rule with some of them is about those
only. An agent is shown no tool that it may not call.

Names are matched whole, upper and lower case apart. In patterns, \`*\` is any run of characters, also none and also \`/\`, and \`?\` is exactly one;
nothing else is special. Write a pattern that begins with \`*\` in quotes: YAML reads it as an alias otherwise.

${yaml(`
servers: { files: { command: ./files-server } }
policy:
  rules:
    - { name: readers, effect: allow, groups: [readers], servers: [files], tools: ['read_*', list_directory] }
    - { name: editors, effect: allow, agents: [ada, 'desk-*'], servers: [files] }
    - { name: no-deletes, effect: deny, agents: ['*'], servers: ['*'], tools: ['delete_*'] }
`)}

The rules can be kept in a file of their own, which holds what else stands under \`policy\`:

${yaml(`
policy: { file: policy.yaml }
`)}

An agent is told the name of the rule that denied it, and the audit log records the name too.`;

export const INSPECTION = `Every message is looked into, both ways, whether or not a config says anything of it: secrets, card numbers, personal data,
hidden characters, orders to models, content that runs or fetches, and addresses that nobody should be sent to. The first of the \`actions\` that fits a finding decides what is done
about it; where none does, the defaults do. [Inspection](../inspection.md) says what is found, what the defaults are, and how far that goes; [the list of detectors](detectors.md)
has every type.

${yaml(`
servers:
  crm: { command: ./crm-server }
  web: { url: https://web.example/mcp }
policy:
  rules:
    - { name: desk, effect: allow, groups: [desk], servers: [crm, web], redact: [payment] }
    - { name: no-leaks, effect: deny, agents: ['*'], servers: [web], when: findings.personal > 0 }
inspection:
  actions:
    - { findings: [personal], directions: [answers], servers: [crm], action: tokenise, purpose: support }
    - { findings: [unscanned], servers: [web], action: deny }
  detectors:
    - { name: employee-number, class: personal, literals: [EMP-], pattern: 'EMP-(?P<value>[0-9]{6})' }
  canaries: { payroll-export: 'PX-7Q41-ZC88-0D2M' }
  reveal:
    - { purpose: support, servers: [crm] }
`)}`;

export const LIMITS = `Sizes in bytes, times in milliseconds. Counts are per worker unless the table says otherwise. What is over a limit is refused or
ended with an error that names the limit's reason; nothing waits without an end.

${yaml(`
limits: { maxBodyBytes: 8388608, answerTimeoutMs: 120000 }
`)}`;

export const AUDIT = `Everything is on record without a word in the config; these keys say what the record may keep of people, for how long, and where
its signed checkpoints are noted down. \`docs/audit.md\` explains the profiles, with the law behind each switch; \`docs/checkpoints.md\` anchors;
\`docs/retention.md\` how records go; \`docs/vault.md\` purposes.

${yaml(`
servers:
  union-desk: { url: https://union.example/mcp }
  tickets: { url: https://tickets.example/mcp }
routes: {}
policy:
  rules:
    - { name: union, effect: allow, agents: ['*'], servers: [union-desk] }
audit:
  profile: works-council
  noInspect: ['union-*']
  anchors:
    other-host: { file: /mnt/other-host/sallyport.notes }
`)}`;
