// What rules go by for a tool, and how that is known, as the admin API tells it.

import type { ToolFactsView } from '../admin/index.ts';
import { compileToolFacts } from '../policies/index.ts';
import type { CataloguedTool } from '../policies/index.ts';
import type { ServerConfig } from '../servers/index.ts';

/** What rules go by for a tool, of which this is guessed. */
export type FactsOf = (server: string, tool: string, guess: CataloguedTool['guess']) => ToolFactsView;

/** `servers`: of the config in force. */
export function createFactsOf(servers: () => readonly ServerConfig[]): FactsOf {
  return (server, tool, guess) => {
    const own = servers().filter(({ name }) => name === server);
    const facts = compileToolFacts(own, () => ({ fingerprint: undefined, guess }))(server, tool);
    return {
      labels: [...facts.labels],
      guessed: [...(facts.guessed ?? [])],
      class: facts.class ?? 'standard',
      classFrom: facts.class === undefined ? 'nothing' : facts.isClassGuessed === true ? 'guessed' : 'declared',
    };
  };
}
