// What a conformance run stands on: the fixture, and the gateway in front of it. The suite cannot send a key, so it comes in as the
// loopback listener's anonymous agent; policy, record and code are the same as for any other.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot, startGateway } from '../harness/index.ts';
import { startFixture } from './fixture/serve.ts';

/** The two ends, running. */
export interface Stage {
  /** The fixture itself. */
  readonly direct: string;
  /** The route in front of it; undefined on a direct-only stage. */
  readonly through: string | undefined;
  /** A new folder for one run's results. */
  folder(name: string): string;
  close(): Promise<void>;
}

/** Starts fixture and gateway. */
export async function openStage(options: { readonly directOnly: boolean }): Promise<Stage> {
  const fixture = await startFixture();
  const parent = join(repositoryRoot, '.sallyport');
  mkdirSync(parent, { recursive: true });
  const results = mkdtempSync(join(parent, 'conformance-'));
  const close = async (): Promise<void> => {
    await fixture.close();
    rmSync(results, { recursive: true, force: true });
  };
  const folder = (name: string): string => join(results, name);
  if (options.directOnly) return { direct: fixture.url, through: undefined, folder, close };
  try {
    const gateway = await startGateway({ config: config(fixture.url) });
    return {
      direct: fixture.url,
      through: gateway.url('fixture'),
      folder,
      close: async () => {
        await gateway.stop();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function config(fixtureUrl: string): object {
  return {
    version: 1,
    workers: 2,
    listen: [{ address: '127.0.0.1:0', anonymous: 'conformance' }],
    servers: { fixture: { url: fixtureUrl } },
    policy: { rules: [{ name: 'conformance', effect: 'allow', agents: ['conformance'], servers: ['fixture'] }] },
  };
}
