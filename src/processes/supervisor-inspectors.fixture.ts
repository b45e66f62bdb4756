// A gateway of processes that do nothing but be linked: the worker of slot 1 wants every inspector killed, by every name that one may have.

import { report, runChild } from './child.ts';

runChild((init) => ({
  onLink: (role, _channel, name) => {
    if (init.role === 'control' && role === 'keeper')
      report({
        kind: 'plan',
        listeners: [{ name: 'main', host: '127.0.0.1', port: 0 }],
        workers: 2,
        drainGraceMs: 0,
        birthDigest: '',
        console: undefined,
      });
    if (init.role !== 'worker') return;
    if (role === 'control') report({ kind: 'ready' });
    if (role !== 'inspector') return;
    report({ kind: 'notice', text: `${init.name.split('.')[0]} has ${name.split('.')[0]}` });
    if (init.slot === 0 || told) return;
    told = true;
    for (let epoch = 1; epoch < 20; epoch++) for (const slot of [0, 1]) report({ kind: 'hung', name: `inspector-${slot}.${epoch}` });
    for (const other of ['control.2', 'worker-0.4', 'worker-0.5']) report({ kind: 'hung', name: other });
  },
  onDrain: () => process.exit(0),
}));

let told = false;
