// A gateway of processes that do nothing but be linked: the first worker cuts its link to control, as a broken frame would, and goes on.

import { report, runChild } from './child.ts';

runChild((init) => ({
  onLink: (role, channel, name) => {
    if (init.role === 'control' && role === 'keeper')
      report({
        kind: 'plan',
        listeners: [{ name: 'main', host: '127.0.0.1', port: 0 }],
        workers: 1,
        drainGraceMs: 0,
        birthDigest: '',
        console: undefined,
      });
    if (init.role === 'control' && role === 'worker') report({ kind: 'notice', text: `control is linked to ${name}` });
    if (init.role !== 'worker' || role !== 'control') return;
    report({ kind: 'ready' });
    if (init.restarted && init.epoch === FIRST_WORKER) setTimeout(() => channel.close(), 10);
  },
  onDrain: () => {
    report({ kind: 'notice', text: `${init.name} drains` });
    setTimeout(() => process.exit(0), 10);
  },
}));

/** After keeper, control and runner. */
const FIRST_WORKER = 4;
