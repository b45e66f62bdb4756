// The list of all commands: what is not in it does not exist, neither for the command line nor for the help and the reference.

import { agentsCommands } from './agents.ts';
import { approvalsCommands } from './approvals.ts';
import { auditCommands } from './audit.ts';
import { certsCommands } from './certs.ts';
import { checkCommand } from './check.ts';
import type { Command } from './command.ts';
import { consoleCommand } from './console.ts';
import { doctorCommand } from './doctor.ts';
import { explainCommand } from './explain.ts';
import { flowCommands } from './flow.ts';
import type { CommandGroup } from './help.ts';
import { importCommand } from './import.ts';
import { initCommand } from './init.ts';
import { inspectCommand } from './inspect.ts';
import { lockdownCommands } from './lockdown.ts';
import { limitsCommand } from './limits.ts';
import { operatorsCommands } from './operators.ts';
import { policyLintCommand } from './policy-lint.ts';
import { policyProposalCommands } from './policy-proposals.ts';
import { policyReplayCommand } from './policy-replay.ts';
import { policyRollBackCommand, policySaveCommand } from './policy-save.ts';
import { policyHistoryCommand, policyShowCommand } from './policy-show.ts';
import { policyTestCommand } from './policy-test.ts';
import { policyUnusedCommand } from './policy-unused.ts';
import { reloadCommand } from './reload.ts';
import { serveCommand } from './serve.ts';
import { serversCommand } from './servers.ts';
import { statusCommand } from './status.ts';
import { toolsCommands } from './tools.ts';
import { toolsReviewCommands } from './tools-review.ts';
import { topCommand } from './top.ts';
import { vaultCommands } from './vault.ts';
import { versionCommand } from './version.ts';

/** Every command, under the headings of the help. */
export const GROUPS: readonly CommandGroup[] = [
  {
    title: 'Run',
    commands: [serveCommand, consoleCommand, statusCommand, topCommand, doctorCommand, limitsCommand, reloadCommand, ...lockdownCommands],
  },
  { title: 'Config', commands: [initCommand, importCommand, checkCommand] },
  {
    title: 'Policy',
    commands: [
      explainCommand,
      policyTestCommand,
      policyLintCommand,
      policyReplayCommand,
      policyUnusedCommand,
      policyShowCommand,
      policyHistoryCommand,
      policySaveCommand,
      policyRollBackCommand,
      ...policyProposalCommands,
    ],
  },
  { title: 'Inspection', commands: [inspectCommand] },
  { title: 'Agents and servers', commands: [...agentsCommands, serversCommand, ...certsCommands] },
  { title: 'Console', commands: [...operatorsCommands] },
  { title: 'Tools, as an agent', commands: toolsCommands },
  { title: 'Approvals', commands: [...approvalsCommands, ...toolsReviewCommands, ...flowCommands] },
  { title: 'Record', commands: auditCommands },
  { title: 'Vault', commands: vaultCommands },
  { title: 'More', commands: [versionCommand] },
];

/** Every command. */
export const COMMANDS: readonly Command[] = GROUPS.flatMap((group) => group.commands);
