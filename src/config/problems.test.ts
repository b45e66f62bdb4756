// Every mistake that a config can have, and what is said about it: the place, what is wrong, what to write. The file name is left out.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeSource } from './files.fixture.ts';
import type { FakeFile } from './files.fixture.ts';
import { formatProblem, loadConfig } from './index.ts';

const FILES: Readonly<Record<string, FakeFile>> = {
  '/etc/sally/token': 'abc\n',
  '/etc/sally/open-token': { text: 'abc', openToOthers: true },
  '/etc/sally/two-lines': 'a\nb\n',
  '/etc/sally/cert.pem': '-----BEGIN CERTIFICATE-----\n',
  '/etc/sally/key.pem': '-----BEGIN PRIVATE KEY-----\n',
  '/etc/sally/open-key.pem': { text: '-----BEGIN PRIVATE KEY-----\n', openToOthers: true },
  '/etc/sally/dir': null,
  '/etc/sally/my tools/run': '',
  '/etc/sally/bad-policy.yaml': 'rules:\n  - name: a\n    effect: warn\n    agents: ["*"]\n    servers: ["*"]\n',
  '/etc/sally/dangling.yaml': 'rules: [{ name: a, effect: allow, agents: ["*"], servers: [fils] }]',
  '/etc/sally/nested.yaml': 'file: other.yaml',
  '/etc/sally/broken.yaml': 'rules: [',
};
const ENV = { WORKERS: '3', WORD: 'x', TOKEN: 't' };

// Each config gets what it lacks of these, so that only its own mistake is left.
const SERVERS = 'servers: { files: { command: x } }';
const POLICY = 'policy: { rules: [{ name: all, effect: allow, agents: ["*"], servers: ["*"] }] }';
const whole = (lines: readonly string[]): string => {
  const text = lines.join('\n');
  return [text, ...(/^servers:/m.test(text) ? [] : [SERVERS]), ...(/^policy:/m.test(text) ? [] : [POLICY])].join('\n');
};
const problemsOf = (text: string): readonly string[] => {
  const loaded = loadConfig(text, fakeSource(FILES, ENV));
  return (loaded.ok ? loaded.value.warnings : loaded.error).map((problem) =>
    formatProblem(problem).replace('/etc/sally/sallyport.yaml:', ''),
  );
};

const ONE_RULE = [
  'version: 1',
  'policy:',
  '  rules:',
  '    - name: a',
  '      effect: allow',
  '      agents: ["*"]',
  '      servers: ["*"]',
];
type Row = readonly [config: readonly string[], ...problems: readonly string[]];
const sections: Readonly<Record<string, readonly Row[]>> = {
  'the document': [
    [['version: 1']],
    [['data: x'], '1:1: version is missing. Add version: 1.'],
    [['version: 2'], '1:10: version must be 1, not 2. Write 1.'],
    [['version: "1"'], '1:10: version must be 1, not text. Write 1, without quotes.'],
    [['version: 1', 'workers: 1', 'data: x', '"workers": 2'], '4:1: the file has the key workers twice. Remove one of the two.'],
    [['version: 1', 'wokers: 1'], '2:1: wokers is not a key that is known here. Did you mean workers?'],
    [
      ['version: 1', 'frobnicate: 1'],
      '2:1: frobnicate is not a key that is known here. Known here: version, data, workers, listen, metrics, admin, telemetry, servers, routes, limits, policy, inspection, audit.',
    ],
    [
      ['version: 1', 'a b: 1'],
      '2:1: ["a b"] is not a key that is known here. Known here: version, data, workers, listen, metrics, admin, telemetry, servers, routes, limits, policy, inspection, audit.',
    ],
    [['version: 1', 'data: 3'], '2:7: data must be text, not a number. Write "3", in quotes.'],
    [['version: 1', 'data: true'], '2:7: data must be text, not true. Write "true", in quotes.'],
    [['version: 1', 'data: []'], '2:7: data must be text, not a list. Write .sallyport, for example.'],
    [['version: 1', 'data:'], '2:6: data has no value. Write text, or leave the key out.'],
    [['version: 1', 'data: ""'], '2:7: data must not be empty.'],
    [
      ['version: 1', 'data: token'],
      '2:7: data names /etc/sally/token, which is no folder. Write the path of a folder; it is made if it is not there.',
    ],
    [['version: 1', 'workers: two'], '2:10: workers must be a number, not text. Write 2, for example.'],
    [['version: 1', 'workers: "2"'], '2:10: workers must be a number, not text. Write 2, without quotes.'],
    [['version: 1', 'workers: 1.5'], '2:10: workers must be a whole number, not 1.5. Write 2, for example.'],
    [['version: 1', 'workers: 0'], '2:10: workers must be at least 1, not 0.'],
    [['version: 1', 'workers: 1000'], '2:10: workers must be at most 256, not 1000.'],
    [
      ['version: 1', 'limits: { maxBodyBytes: 4 MiB }'],
      '2:25: limits.maxBodyBytes must be a number, not text. Write 4194304, for example.',
    ],
    [
      ['version: 1', 'limits: { maxBodyByte: 4096 }'],
      '2:11: limits.maxBodyByte is not a key that is known here. Did you mean maxBodyBytes?',
    ],
    [['version: 1', 'limits: { headTimeoutMs: 0 }'], '2:26: limits.headTimeoutMs must be at least 1, not 0.'],
    [
      ['version: 1', 'workers: 0', 'data: 3', 'x: 1'],
      '2:10: workers must be at least 1, not 0.',
      '3:7: data must be text, not a number. Write "3", in quotes.',
      '4:1: x is not a key that is known here. Known here: version, data, workers, listen, metrics, admin, telemetry, servers, routes, limits, policy, inspection, audit.',
    ],
  ],
  'the environment': [
    [['version: 1', 'workers: ${WORKERS}']],
    [['version: 1', 'workers: ${NONE:-2}']],
    [['version: 1', 'data: $${NONE}$5']],
    [
      ['version: 1', 'data: ${NONE}'],
      '2:7: data needs the environment variable NONE, which is not set. Set NONE, or write a default: ${NONE:-…}.',
    ],
    [['version: 1', 'data: ${NONE'], '2:7: data has a ${ without its }. Close it, or write $${ for the two characters themselves.'],
    [
      ['version: 1', 'data: ${a b}'],
      '2:7: data has ${a b}, which names no environment variable. Write ${NAME} or ${NAME:-default}, or $${ for the two characters themselves.',
    ],
    [['version: 1', 'workers: ${WORD}'], '2:10: workers must be a number, not text. Write 2, for example.'],
    [
      ['version: 1', 'servers: { files: { command: x, args: ["--token", "${TOKEN}"] } }'],
      '2:51: warning: servers.files.args[1] takes TOKEN from the environment, and it would be stored with the config. Give secrets to servers by env or headers; there only the reference is stored.',
    ],
  ],
  'the console': [
    [['version: 1', 'admin: { listen: off }']],
    [['version: 1', 'admin: { listen: "[::1]:0", tls: self-signed, names: [Console.Example] }']],
    [
      ['version: 1', 'admin: { listen: 7630 }'],
      '2:18: admin.listen must be an address such as 127.0.0.1:7630, or off. Write "127.0.0.1:7630".',
    ],
    [
      ['version: 1', 'admin: { listen: on }'],
      '2:18: admin.listen must be an IP address or localhost, and a port, not "on". Write 127.0.0.1:7630, for example.',
    ],
    [
      ['version: 1', 'admin: { listen: "0.0.0.0:7630", names: [console.example] }'],
      '2:18: admin.listen can be reached beyond this machine without TLS. Write tls: { certificate: path, key: path } or self-signed; or listen on 127.0.0.1.',
    ],
    [
      ['version: 1', 'admin: { listen: "10.0.0.5:7630", tls: self-signed }'],
      '2:18: warning: admin.listen has no names, so it answers only requests that go to an IP address, none that go to a name. Add names: [console.example] with the names that browsers use.',
    ],
    [['version: 1', 'admin: { tls: { certificate: cert.pem, key: key.pem } }']],
    [
      ['version: 1', 'admin: { tls: { certificate: none.pem, key: open-key.pem } }'],
      '2:30: admin.tls.certificate names /etc/sally/none.pem, which does not exist. Correct the path, or let the user of the gateway read the file.',
      '2:45: warning: admin.tls.key can be read by every user of this machine. Run chmod 600 /etc/sally/open-key.pem.',
    ],
    [
      ['version: 1', 'admin: { names: ["https://console.example"] }'],
      '2:18: admin.names[0] must be a host name or IP address, without scheme and port. Write gateway.example, for example.',
    ],
    [
      ['version: 1', 'admin: { sessionHours: 1, idleMinutes: 90 }'],
      '2:40: warning: admin.idleMinutes is longer than a sign-in lasts, so it ends none. Write at most 60, or make sessionHours longer.',
    ],
    [['version: 1', 'listen: 127.0.0.1:7630'], '1:1: admin.listen is also the address of listener main. Give each its own port.'],
    [['version: 1', 'listen: 127.0.0.1:7630', 'admin: { listen: off }']],
  ],
  listeners: [
    [['version: 1', 'listen: 127.0.0.1:0']],
    [
      ['version: 1', 'listen: 7625'],
      '2:9: listen must be an address such as 127.0.0.1:7625, a listener, or a list of these. Write "127.0.0.1:7625".',
    ],
    [['version: 1', 'listen: "7625"'], '2:9: listen must be an IP address or localhost, and a port, not "7625". Write 127.0.0.1:7625.'],
    [
      ['version: 1', 'listen: { address: "gateway.example:80" }'],
      '2:20: listen.address must be an IP address or localhost, and a port, not "gateway.example:80". Write 127.0.0.1:7625, for example.',
    ],
    [['version: 1', 'listen: { address: 7700 }'], '2:20: listen.address must be text, not a number. Write "127.0.0.1:7700".'],
    [['version: 1', 'metrics: { listen: 7700 }'], '2:20: metrics.listen must be text, not a number. Write "127.0.0.1:7700".'],
    [['version: 1', 'listen: []'], '2:9: listen must not be empty.'],
    [['version: 1', 'listen:'], '2:8: listen has no value; it must be an address such as 127.0.0.1:7625, a listener, or a list of these.'],
    [['version: 1', 'listen: [5]'], '2:10: listen[0] must be an address, or a listener with an address. Write "127.0.0.1:5".'],
    [['version: 1', 'listen: { adress: "127.0.0.1:1" }'], '2:11: listen.adress is not a key that is known here. Did you mean address?'],
    [['version: 1', 'listen: { tls: of }'], '2:16: listen.tls must be off, self-signed or external, not "of". Did you mean off?'],
    [['version: 1', 'listen: { tls: false }'], '2:16: listen.tls must be off, self-signed, external, or { certificate: path, key: path }.'],
    [
      ['version: 1', 'listen: { tls: { certificate: cert.pem } }'],
      '2:16: listen.tls.key is missing. Add key: /etc/sallyport/tls.key, for example.',
    ],
    [
      ['version: 1', 'listen: { name: "a b" }'],
      '2:17: listen.name must begin with a lowercase letter or digit and hold at most 63 lowercase letters, digits and hyphens.',
    ],
    [
      ['version: 1', 'listen: { anonymous: "*" }'],
      '2:22: listen.anonymous must begin with a letter or digit and hold at most 63 letters, digits, dots, underscores, @ and hyphens.',
    ],
    [
      ['version: 1', 'listen: 0.0.0.0:80'],
      '2:9: listen can be reached beyond this machine without TLS. Write tls: { certificate: path, key: path }, self-signed, or external; or listen on 127.0.0.1.',
      '2:9: warning: listen has no hosts, so it answers only requests that go to an IP address, none that go to a name. Add hosts: [gateway.example] with the names that agents use.',
    ],
    [
      ['version: 1', 'listen: [{ address: "[::]:80" }]'],
      '2:21: listen[0].address can be reached beyond this machine without TLS. Write tls: { certificate: path, key: path }, self-signed, or external; or listen on 127.0.0.1.',
      '2:21: warning: listen[0].address has no hosts, so it answers only requests that go to an IP address, none that go to a name. Add hosts: [gateway.example] with the names that agents use.',
    ],
    [
      ['version: 1', 'listen: { address: 10.0.0.1:80, tls: self-signed }'],
      '2:20: warning: listen.address has no hosts, so it answers only requests that go to an IP address, none that go to a name. Add hosts: [gateway.example] with the names that agents use.',
    ],
    [['version: 1', 'listen: { address: 10.0.0.1:80, tls: self-signed, hosts: [gateway.example] }']],
    [
      ['version: 1', 'listen: { address: 10.0.0.1:80, tls: self-signed, anonymous: visitor, hosts: [a.example] }'],
      '2:62: listen.anonymous would let anyone beyond this machine call without a key. Remove it, or listen on 127.0.0.1.',
    ],
    [['version: 1', 'listen: { anonymous: visitor }']],
    [
      ['version: 1', 'listen: { tls: external }'],
      '2:16: listen.tls is external, but no proxy is trusted to say who is calling. Add trustedProxies: with the addresses of the proxies that end TLS.',
    ],
    [['version: 1', 'listen: { address: 0.0.0.0:80, tls: external, trustedProxies: [10.0.0.0/8, "fd00::1"], hosts: [a.example] }']],
    [
      ['version: 1', 'listen: { trustedProxies: [10.0.0.0/33] }'],
      '2:28: listen.trustedProxies[0] must be an IP address or a CIDR block. Write 10.0.0.0/8, for example.',
    ],
    [
      ['version: 1', 'listen: { trustedProxies: ["::/0"] }'],
      '2:28: listen.trustedProxies[0] would trust everyone to say who is calling. Write the addresses of the proxies.',
    ],
    [
      ['version: 1', 'listen: { hosts: ["gateway.example:443"] }'],
      '2:19: listen.hosts[0] must be a host name or IP address, without scheme and port. Write gateway.example, for example.',
    ],
    [['version: 1', 'listen: { hosts: [Gateway.Example, "[::1]"], origins: ["https://app.example"] }']],
    [
      ['version: 1', 'listen: { origins: ["*"] }'],
      '2:21: listen.origins[0] must be the origin of a web page, without path and without *. Write https://app.example, for example.',
    ],
    [
      ['version: 1', 'listen: { origins: ["https://app.example/"] }'],
      '2:21: listen.origins[0] must be the origin of a web page, without path and without *. Write https://app.example, for example.',
    ],
    [
      ['version: 1', 'listen: { origins: ["null"] }'],
      '2:21: listen.origins[0] must be the origin of a web page, without path and without *. Write https://app.example, for example.',
    ],
    [
      ['version: 1', 'listen: [{ name: a, address: "127.0.0.1:1" }, { name: a, address: "127.0.0.1:2" }]'],
      '2:55: listen[1].name is "a", which is also the name of another listener. Give each its own name.',
    ],
    [
      ['version: 1', 'listen: ["127.0.0.1:1", "127.0.0.1:1"]'],
      '2:25: listen[1] is also the address of listener main. Give each its own port.',
    ],
    [['version: 1', 'listen: ["127.0.0.1:0", "127.0.0.1:0"]']],
    [
      ['version: 1', 'listen: "127.0.0.1:1"', 'metrics: { listen: "127.0.0.1:1" }'],
      '3:20: metrics.listen is also the address of listener main. Give each its own port.',
    ],
    [
      ['version: 1', 'metrics: { listen: 0.0.0.0:9 }'],
      '2:20: metrics.listen would show the metrics beyond this machine without TLS or authentication. Write 127.0.0.1:9.',
    ],
    [['version: 1', 'metrics: 127.0.0.1:9'], '2:10: metrics must be a mapping, not text. Write { listen: 127.0.0.1:7626 }, for example.'],
    [['version: 1', 'listen: { tls: { certificate: cert.pem, key: key.pem } }']],
    [
      ['version: 1', 'listen: { tls: { certificate: none.pem, key: dir } }'],
      '2:31: listen.tls.certificate names /etc/sally/none.pem, which does not exist. Correct the path, or let the user of the gateway read the file.',
      '2:46: listen.tls.key names /etc/sally/dir, which is a folder. Write the path of a PEM file.',
    ],
    [
      ['version: 1', 'listen: { tls: { certificate: cert.pem, key: open-key.pem } }'],
      '2:46: warning: listen.tls.key can be read by every user of this machine. Run chmod 600 /etc/sally/open-key.pem.',
    ],
  ],
  servers: [
    [
      ['version: 1', 'servers: {}'],
      '2:10: warning: servers has no server, so there is nothing to call. Add one, or let `sallyport import` take those of an MCP client.',
    ],
    [
      ['version: 1', 'servers: { Files: { command: x } }'],
      '2:12: servers.Files must begin with a lowercase letter or digit and hold at most 63 lowercase letters, digits and hyphens.',
    ],
    [
      ['version: 1', 'servers: { files: x }'],
      '2:19: servers.files must have either a command (a program to start) or a url (a server over HTTP). Write { command: path } or { url: https://host/mcp }.',
    ],
    [
      ['version: 1', 'servers: { files: }'],
      '2:19: servers.files has no value; it must have either a command (a program to start) or a url (a server over HTTP). Write { command: path } or { url: https://host/mcp }.',
    ],
    [
      ['version: 1', 'servers: { files: {} }'],
      '2:19: servers.files must have either a command (a program to start) or a url (a server over HTTP). Write { command: path } or { url: https://host/mcp }.',
    ],
    [
      ['version: 1', 'servers: { files: { command: x, url: "http://127.0.0.1/" } }'],
      '2:19: servers.files has both a command and a url. Keep the command of a program to start, or the url of a server over HTTP.',
    ],
    [
      ['version: 1', 'servers: { files: { command: 3, arg: [], timeoutMs: 0 } }'],
      '2:30: servers.files.command must be text, not a number. Write "3", in quotes.',
      '2:33: servers.files.arg is not a key that is known here. Did you mean args?',
      '2:53: servers.files.timeoutMs must be at least 1, not 0.',
    ],
    [
      ['version: 1', 'servers: { files: { comand: x, args: [a] } }'],
      '2:21: servers.files.comand is not a key that is known here. Did you mean command?',
    ],
    [
      ['version: 1', 'servers: { files: { comand: x } }'],
      '2:21: servers.files.comand is not a key that is known here. Did you mean command?',
    ],
    [
      ['version: 1', 'servers: { files: { command: x, arg: [] } }'],
      '2:33: servers.files.arg is not a key that is known here. Did you mean args?',
    ],
    [
      ['version: 1', 'servers: { files: { command: "node srv.js" } }'],
      '2:30: warning: servers.files.command is taken whole for the name of a program, spaces and all. Write command: node and args: ["srv.js"].',
    ],
    [
      ['version: 1', 'servers: { files: { command: "npx -y @scope/server", args: [a] } }'],
      '2:30: warning: servers.files.command is taken whole for the name of a program, spaces and all. Write command: npx and args: ["-y", "@scope/server"], then those that are there.',
    ],
    [
      ['version: 1', 'servers: { files: { command: "srv --token abc" } }'],
      '2:30: warning: servers.files.command is taken whole for the name of a program, spaces and all. Write the program as command, and each word after it as an entry of args.',
    ],
    [['version: 1', 'servers: { files: { command: "./my tools/run" } }']],
    [['version: 1', 'servers: { files: { command: "" } }'], '2:30: servers.files.command must not be empty.'],
    [
      ['version: 1', 'servers: { files: { command: x, args: [a, 3] } }'],
      '2:43: servers.files.args[1] must be text, not a number. Write "3", in quotes.',
    ],
    [['version: 1', 'servers: { files: { command: x, args: a } }'], '2:39: servers.files.args must be a list, not text. Write ["a"].'],
    [
      ['version: 1', 'servers: { files: { command: x, env: { PORT: 80 } } }'],
      '2:46: servers.files.env.PORT must be text, { env: NAME } or { file: path }. Write "80", in quotes.',
    ],
    [
      ['version: 1', 'servers: { files: { command: x, env: { A: { evn: X } } } }'],
      '2:45: servers.files.env.A.evn is not a key that is known here. Did you mean env?',
    ],
    [
      ['version: 1', 'servers: { files: { command: x, env: { A: {} } } }'],
      '2:43: servers.files.env.A must be text, { env: NAME } or { file: path }.',
    ],
    [
      ['version: 1', 'servers: { files: { command: x, env: { "A-B": y } } }'],
      '2:40: servers.files.env.A-B must be the name of an environment variable: letters, digits and underscores.',
    ],
    [
      ['version: 1', 'servers: { files: { command: x, env: { A: { env: NONE } } } }'],
      '2:43: servers.files.env.A needs the environment variable NONE, which is not set. Set NONE where the gateway is started.',
    ],
    [
      ['version: 1', 'servers: { files: { command: x, env: { A: "x-${NONE}" } } }'],
      '2:43: servers.files.env.A needs the environment variable NONE, which is not set. Set NONE where the gateway is started.',
    ],
    [
      ['version: 1', 'servers: { files: { command: x, env: { A: "${" } } }'],
      '2:43: servers.files.env.A has a ${ without its }. Close it, or write $${ for the two characters themselves.',
    ],
    [
      ['version: 1', 'servers: { files: { command: x, env: { A: { file: none } } } }'],
      '2:43: servers.files.env.A needs the file /etc/sally/none, which does not exist. Correct the path, or let the user of the gateway read the file.',
    ],
    [
      ['version: 1', 'servers: { files: { command: x, env: { A: { file: dir } } } }'],
      '2:43: servers.files.env.A needs the file /etc/sally/dir, which is a folder. Correct the path, or let the user of the gateway read the file.',
    ],
    [
      ['version: 1', 'servers: { files: { command: x, env: { A: { file: two-lines } } } }'],
      '2:43: servers.files.env.A has a line break in its value. Keep it on one line; only one line break at the end of a file is dropped.',
    ],
    [
      ['version: 1', 'servers: { files: { command: x, env: { A: { file: open-token } } } }'],
      '2:43: warning: servers.files.env.A is read from /etc/sally/open-token, which every user of this machine can read. Run chmod 600 /etc/sally/open-token.',
    ],
    [['version: 1', 'servers: { files: { command: x, env: { A: { file: token }, B: "${TOKEN}", C: { env: TOKEN }, API_TOKEN: "" } } }']],
    [
      ['version: 1', 'servers: { files: { command: x, env: { API_TOKEN: abc } } }'],
      '2:51: warning: servers.files.env.API_TOKEN looks like a secret written into the config. Write { env: NAME } or { file: path }, and keep the secret there.',
    ],
    [
      ['version: 1', 'servers: { files: { command: x, cwd: none } }'],
      '2:38: warning: servers.files.cwd names /etc/sally/none, which does not exist. Correct the path; the server cannot start there.',
    ],
    [
      ['version: 1', 'servers: { files: { command: x, cwd: token } }'],
      '2:38: warning: servers.files.cwd names /etc/sally/token, which is no folder. Write the path of a folder; the server cannot start there.',
    ],
    [['version: 1', 'servers: { files: { command: x, timeoutMs: 0 } }'], '2:44: servers.files.timeoutMs must be at least 1, not 0.'],
    [
      ['version: 1', 'servers: { files: { url: files.example } }'],
      '2:26: servers.files.url is not a URL. Write the whole of it: https://host/path.',
    ],
    [
      ['version: 1', 'servers: { files: { url: "file:///x" } }'],
      '2:26: servers.files.url must be an http or https URL, not file:. Write https://…; a local program is given by command.',
    ],
    [
      ['version: 1', 'servers: { files: { url: "https://u:p@files.example/" } }'],
      '2:26: servers.files.url has credentials in it. Take them out, and write headers: { Authorization: { env: NAME } }.',
    ],
    [
      ['version: 1', 'servers: { files: { url: "https://files.example/#a" } }'],
      '2:26: servers.files.url has a fragment, which is never sent. Remove the # and what follows.',
    ],
    [
      ['version: 1', 'servers: { files: { url: "http://files.example/" } }'],
      '2:26: warning: servers.files.url sends calls unencrypted to another machine. Write https:// if the server can.',
    ],
    [
      ['version: 1', 'servers: { files: { url: "http://files.example/", headers: { X-Team: a } } }'],
      '2:26: warning: servers.files.url sends calls and its headers unencrypted to another machine. Write https:// if the server can.',
    ],
    [['version: 1', 'servers: { files: { url: "http://[::1]:80/" } }']],
    [
      ['version: 1', 'servers: { files: { url: "https://files.example/", headers: { Host: a } } }'],
      '2:63: servers.files.headers.Host is a header field that the gateway writes itself.',
    ],
    [
      ['version: 1', 'servers: { files: { url: "https://files.example/", headers: { "a b": a } } }'],
      '2:63: servers.files.headers["a b"] must be the name of a header field.',
    ],
    [
      ['version: 1', 'servers: { files: { url: "https://files.example/", headers: { authorization: Bearer abc } } }'],
      '2:78: warning: servers.files.headers.authorization looks like a secret written into the config. Write { env: NAME } or { file: path }, and keep the secret there.',
    ],
    [
      ['version: 1', 'servers: { files: { url: "https://files.example/", tls: { minVersion: "1.2" } } }'],
      '2:71: servers.files.tls.minVersion must be TLSv1.2 or TLSv1.3, not "1.2".',
    ],
    [
      ['version: 1', 'servers: { files: { url: "https://files.example/", tls: { ca: none.pem } } }'],
      '2:63: servers.files.tls.ca names /etc/sally/none.pem, which does not exist. Correct the path, or let the user of the gateway read the file.',
    ],
    [
      ['version: 1', 'servers: { files: { url: "https://files.example/", tls: { ca: key.pem } } }'],
      '2:63: servers.files.tls.ca names /etc/sally/key.pem, which holds no PEM certificate. Write the path of a PEM file.',
    ],
    [
      ['version: 1', 'servers: { files: { url: "http://127.0.0.1/", tls: { ca: cert.pem } } }'],
      '2:52: servers.files.tls is of no use with an http URL. Write https:// or remove it.',
    ],
    [['version: 1', 'servers: { files: { url: "https://files.example/", tls: { ca: cert.pem } } }']],
  ],
  'the routes': [
    [['version: 1', 'routes: {}']],
    [['version: 1', 'routes: { /mcp/all: {} }']],
    [
      ['version: 1', 'routes: { mcp: {} }'],
      '2:11: routes.mcp must be /mcp or a path below it, of lowercase letters, digits and hyphens, without a slash at its end. Write /mcp/all, for example.',
    ],
    [
      ['version: 1', 'routes: { /mcp/: {} }'],
      '2:11: routes["/mcp/"] must be /mcp or a path below it, of lowercase letters, digits and hyphens, without a slash at its end. Write /mcp/all, for example.',
    ],
    [
      ['version: 1', 'routes: { /mcp/files: {} }'],
      '2:23: routes["/mcp/files"] is where agents reach the server files. Write another path: /mcp/all, for example.',
    ],
    [
      ['version: 1', 'routes: { /mcp: { servers: [fils, files, files] } }'],
      '2:29: routes["/mcp"].servers[0] "fils" is not a server of this config. Did you mean files?',
      '2:42: routes["/mcp"].servers[2] names the server files a second time. Remove one of the two.',
    ],
    [['version: 1', 'routes: { /mcp: { servers: [] } }'], '2:28: routes["/mcp"].servers must not be empty.'],
    [
      ['version: 1', 'routes: { /mcp: { servers: files } }'],
      '2:28: routes["/mcp"].servers must be \'*\' or a list of names of servers. Write the one name in brackets.',
    ],
    [
      ['version: 1', 'routes: { /mcp: { names: bar } }'],
      '2:26: routes["/mcp"].names must be prefixed or bare, not "bar". Did you mean bare?',
    ],
    [['version: 1', 'routes: { /mcp: { waitMs: 0 } }'], '2:27: routes["/mcp"].waitMs must be at least 1, not 0.'],
    [['version: 1', 'routes: { /mcp: { waits: 1 } }'], '2:19: routes["/mcp"].waits is not a key that is known here. Did you mean waitMs?'],
  ],
  'the policy': [
    [
      ['version: 1', 'policy:'],
      '2:8: policy has no value; it must have rules, or the file that has them. Write { rules: […] } or { file: policy.yaml }.',
    ],
    [
      ['version: 1', 'policy: { rules: [] }'],
      '2:18: warning: policy.rules has no rule, so nothing may be called. Add one: { name: all, effect: allow, agents: ["*"], servers: ["*"] }, for example.',
    ],
    [
      ['version: 1', 'policy: {}'],
      '2:9: policy must have rules, or the file that has them. Write { rules: […] } or { file: policy.yaml }.',
    ],
    [
      ['version: 1', 'policy: { rules: [], file: policy.yaml }'],
      '2:9: policy has both rules and a file. Keep the rules here, or move them into the file.',
      '2:28: policy.file names /etc/sally/policy.yaml, which does not exist. Correct the path, or write the rules here.',
    ],
    [
      ['version: 1', 'policy:', '  rules:', '    - effect: allow'],
      '4:7: policy.rules[0].name is missing. Add name: readers, for example.',
      '4:7: policy.rules[0].servers is missing. Add servers: [files], for example.',
    ],
    [
      ['version: 1', 'policy:', '  rules:', '    - nam: a', '      effect: alow', "      agents: '*'", "      servers: ['*']"],
      '4:7: policy.rules[0].nam is not a key that is known here. Did you mean name?',
      '5:15: policy.rules[0].effect must be allow, ask or deny, not "alow". Did you mean allow?',
      '6:15: policy.rules[0].agents must be a list, not text. Write ["*"].',
    ],
    [[...ONE_RULE, "      when: 'arg.path == 1'"], '8:13: policy.rules[0].when "arg" is no variable of conditions. Did you mean args?'],
    [[...ONE_RULE, `      when: 'agent.nam == "a"'`], '8:13: policy.rules[0].when "nam" is nothing that agent has. Did you mean name?'],
    [
      [...ONE_RULE, `      when: 'args.path.matches("(a")'`],
      '8:13: policy.rules[0].when has the pattern "(a", which is none: missing closing ): `(a`. Patterns are those of RE2: without back references and look-around.',
    ],
    [
      [...ONE_RULE, '      labels: [destructiv]'],
      '8:16: warning: policy.rules[0].labels[0] "destructiv" is a label that no tool has. Did you mean destructive?',
    ],
    [
      [...ONE_RULE, '      resources: ["*"]', '      when: \'args.path == "a"\''],
      '8:18: warning: policy.rules[0].resources are never matched: the condition reads args, which resources do not have. Write a rule of their own for them.',
    ],
    [
      [...ONE_RULE, '      approval: { approvers: [security] }'],
      '8:17: policy.rules[0].approval belongs to rules that ask. Write effect: ask, or remove it.',
    ],
    [['version: 1', 'policy: { ruls: [] }'], '2:11: policy.ruls is not a key that is known here. Did you mean rules?'],
    [
      ['version: 1', 'policy:', '  rules:', '    - name: a', '      effect: warn', '      agent: ["*"]', '      servers: "*"'],
      '5:15: policy.rules[0].effect must be allow, ask or deny, not "warn".',
      '6:7: policy.rules[0].agent is not a key that is known here. Did you mean agents?',
      '7:16: policy.rules[0].servers must be a list, not text. Write ["*"].',
    ],
    [
      ['version: 1', 'policy: { rules: [{ name: a, effect: allow, servers: ["*"] }] }'],
      '2:19: policy.rules[0] must say whom it is about: agents, groups, or both. Add agents: ["*"] for everyone, or groups: [readers], for example.',
    ],
    [
      ['version: 1', 'policy: { rules: [{ name: a, effect: allow, agents: ["*"] }] }'],
      '2:19: policy.rules[0].servers is missing. Add servers: [files], for example.',
    ],
    [
      ['version: 1', 'policy: { rules: [{ name: a, effect: allow, agents: ["*"], servers: ["*"], tools: [] }] }'],
      '2:83: policy.rules[0].tools must not be empty: leave it out, or write ["*"] for all.',
    ],
    [
      ['version: 1', 'policy: { rules: [{ name: a b, effect: allow, agents: ["*"], servers: ["*"] }] }'],
      '2:27: policy.rules[0].name must begin with a letter or digit and hold at most 64 letters, digits, dots, underscores and hyphens.',
    ],
    [
      [
        'version: 1',
        'policy: { rules: [{ name: a, effect: allow, agents: ["*"], servers: [fils, x, "x*"] }, { name: a, effect: deny, agents: ["*"], servers: ["*"] }] }',
      ],
      '2:70: policy.rules[0].servers[0] "fils" is not a server of this config. Did you mean files?',
      '2:76: policy.rules[0].servers[1] "x" is not a server of this config. There are: files.',
      '2:79: warning: policy.rules[0].servers[2] matches no server.',
      '2:96: policy.rules[1].name is also the name of rule 1; denials and records could not tell them apart. Give each a name of its own.',
    ],
    [
      ['version: 1', 'servers: {}', 'policy: { rules: [{ name: a, effect: allow, agents: ["*"], servers: [files] }] }'],
      '2:10: warning: servers has no server, so there is nothing to call. Add one, or let `sallyport import` take those of an MCP client.',
      '3:70: policy.rules[0].servers[0] "files" is not a server of this config. There are none in it.',
    ],
    [
      ['version: 1', 'policy: { file: none.yaml }'],
      '2:17: policy.file names /etc/sally/none.yaml, which does not exist. Correct the path, or write the rules here.',
    ],
    [['version: 1', 'policy: { file: "" }'], '2:17: policy.file must not be empty.'],
    [
      ['version: 1', 'policy: { file: dir }'],
      '2:17: policy.file names /etc/sally/dir, which is a folder. Correct the path, or write the rules here.',
    ],
    [
      ['version: 1', 'policy: { file: bad-policy.yaml }'],
      '/etc/sally/bad-policy.yaml:3:13: rules[0].effect must be allow, ask or deny, not "warn".',
    ],
    [
      ['version: 1', 'policy: { file: dangling.yaml }'],
      '/etc/sally/dangling.yaml:1:60: rules[0].servers[0] "fils" is not a server of this config. Did you mean files?',
    ],
    [
      ['version: 1', 'policy: { file: nested.yaml }'],
      '/etc/sally/nested.yaml:1:1: rules is missing. Add rules: [{ name: readers, effect: allow, groups: [readers], servers: [files], tools: [read_*] }], for example.',
      '/etc/sally/nested.yaml:1:1: file is not a key that is known here. Known here: rules, denyDetail, limits, flow, cases.',
    ],
    [
      ['version: 1', 'policy: { file: broken.yaml }', 'wokers: 1'],
      '3:1: wokers is not a key that is known here. Did you mean workers?',
      '/etc/sally/broken.yaml:1:9: the file is not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ].',
    ],
  ],
  inspection: [
    [['version: 1', 'inspection: {}']],
    [['version: 1', 'inspection: { action: [] }'], '2:15: inspection.action is not a key that is known here. Did you mean actions?'],
    [
      ['version: 1', 'inspection: { actions: [{ findings: [secrets], action: deny }, { findings: [unscaned], action: deny }] }'],
      '2:38: inspection.actions[0].findings[0] "secrets" is neither a class nor a type of findings. Did you mean secret?',
      '2:77: inspection.actions[1].findings[0] "unscaned" is neither a class nor a type of findings. Did you mean unscanned?',
    ],
    [
      ['version: 1', 'inspection: { actions: [{ findings: [secret], servers: [fils, "x*"], action: deny }] }'],
      '2:57: inspection.actions[0].servers[0] "fils" is not a server of this config. Did you mean files?',
      '2:63: warning: inspection.actions[0].servers[1] matches no server.',
    ],
    [
      ['version: 1', 'inspection: { actions: [{ findings: [secret], action: block }] }'],
      '2:55: inspection.actions[0].action must be tag, redact, tokenise, ask or deny, not "block".',
    ],
    [
      ['version: 1', 'inspection: { actions: [{ findings: [secret], action: tokenise }] }'],
      '2:55: inspection.actions[0].action needs a purpose: tokens are the same only within one. Add purpose: support, for example.',
    ],
    [
      ['version: 1', 'inspection: { actions: [{ findings: [binary], action: redact }] }'],
      '2:37: inspection.actions[0].findings names what was not looked into, in which nothing can be replaced. Write action: deny, ask or tag for it, in a line of its own.',
    ],
    [
      [
        'version: 1',
        'inspection: { actions: [{ findings: [secret], action: deny }, { findings: [secret], servers: [files], action: tag }] }',
      ],
      '2:63: warning: inspection.actions[1] never decides: line 1 is about all that it is about. Remove it, or move it above line 1.',
    ],
    [
      ['version: 1', 'inspection: { actions: [{ findings: [secret], action: tag, taints: [private-source] }] }'],
      '2:69: warning: inspection.actions[0].taints[0] is a label that no rule looks at. Write a rule with after: [it], or remove it.',
    ],
    [
      ['version: 1', 'inspection: { reveal: [{ purpose: support, servers: [files] }] }'],
      '2:35: inspection.reveal[0].purpose "support" is a purpose that no line makes tokens for. There are none in it.',
    ],
    [
      ['version: 1', 'inspection: { detectors: [{ name: own, pattern: "a+" }] }'],
      '2:27: inspection.detectors[0] must say where looking begins: literals, run and min, or member; one of them. Add literals: [EMP-], for example.',
    ],
    [
      ['version: 1', 'inspection: { detectors: [{ name: own, literals: [EMP-], pattern: "(a" }] }'],
      '2:67: inspection.detectors[0].pattern cannot be used: the pattern is not RE2 syntax, which has no look-around and no back references: missing closing ): `(a`.',
    ],
    [
      ['version: 1', 'inspection: { detectors: [{ name: own, literals: [EMP-], validator: luna }] }'],
      '2:69: inspection.detectors[0].validator must be luhn, verhoeff, modulo-97, random or unmasked, not "luna".',
    ],
    [
      ['version: 1', 'inspection: { detectors: [{ name: own, literals: [EMP-] }, { name: own, literals: [EMP-] }] }'],
      '2:68: inspection.detectors[1].name cannot be used: the name "own" is taken by another detector. Give it a name of its own.',
    ],
    [
      ['version: 1', 'inspection: { canaries: { decoy: short } }'],
      '2:34: inspection.canaries.decoy must have at least 8 characters, or it is found where nobody planted it.',
    ],
    [
      ['version: 1', 'inspection: { canaries: { email: PX-7Q41-ZC88 } }'],
      '2:34: inspection.canaries.email cannot be used: canary "email" has the name of a detector. Plant another value, or give it another name.',
    ],
    [['version: 1', 'inspection: { canaries: { decoy: "${DECOY_TOKEN:-PX-7Q41-ZC88}" } }']],
    [
      ['version: 1', 'inspection: { canaries: { secret: PX-7Q41-ZC88 } }'],
      '2:35: inspection.canaries.secret is a word of its own: a class of findings, or why something was not looked into. Give it another name.',
    ],
    [
      ['version: 1', 'inspection: { without: [no-such-detector] }'],
      '2:25: inspection.without[0] "no-such-detector" is no built-in detector. docs/reference/detectors.md lists them.',
    ],
  ],
};
for (const [section, rows] of Object.entries(sections)) {
  for (const [config, ...problems] of rows) {
    const title = config.slice(1).join(' / ').slice(0, 90) || config.join();
    test(`${section}: ${title}: ${problems.length === 0 ? 'in order' : 'told'}`, () => {
      assert.deepEqual(problemsOf(whole(config)), problems);
    });
  }
}
