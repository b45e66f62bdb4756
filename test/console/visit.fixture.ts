// A person in front of the console of a real gateway: a browser that is signed in, and everything that their pages complained about.

import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { browserMissing, startBrowser } from '../harness/browser.ts';
import type { Tab, TabOptions, TestBrowser } from '../harness/browser.ts';
import { startGateway, testConfig, textAt, WITH_CONSOLE } from '../harness/index.ts';
import type { Gateway, TestConfig } from '../harness/index.ts';

/** Why there can be no visit here; undefined: there can. */
export const MISSING = browserMissing();

/** A gateway, and a browser to look at it. */
export interface Visit {
  readonly gateway: Gateway;
  readonly page: Page;
  /** What is wrong with pages so far; asserts that nothing is. */
  assertQuiet(): void;
  /** Goes to a page by its name in the bar at the side; without `on`, in the browser of whoever came first. */
  goTo(name: string, on?: Page): Promise<void>;
  /** Somebody else, in a browser session of their own. */
  signIn(operator: string, options?: TabOptions): Promise<Tab>;
  end(): Promise<void>;
}

/** Starts both and signs the user of this machine in, as admin. A config that is a text says itself where the console is. */
export async function visit(config: TestConfig | string, options: TabOptions & { readonly folder?: string } = {}): Promise<Visit> {
  const { folder, ...look } = options;
  const gateway = await startGateway({
    config: typeof config === 'string' ? config : testConfig({ ...config, extra: { ...WITH_CONSOLE, ...config.extra } }),
    ...(folder !== undefined && { folder }),
  });
  let browser: TestBrowser | undefined;
  const tabs: Tab[] = [];
  try {
    browser = await startBrowser();
    const { open } = browser;
    const enter = async (who: readonly string[], seen?: TabOptions): Promise<Tab> => {
      const tab = await open(seen);
      tabs.push(tab);
      await tab.page.goto(await linkFor(gateway, who));
      await tab.page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
      return tab;
    };
    const { page } = await enter([], look);
    return {
      gateway,
      page,
      assertQuiet: () =>
        assert.deepEqual(
          tabs.flatMap(({ complaints, dialogs }) => [...complaints, ...dialogs.map((text) => `dialog: ${text}`)]),
          [],
        ),
      goTo: async (name, on = page) => {
        await on.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click();
        await on.getByRole('heading', { name, level: 1 }).waitFor();
      },
      signIn: (operator, seen) => enter(['--operator', operator], seen),
      end: async () => {
        await browser?.close();
        await gateway.stop();
      },
    };
  } catch (error) {
    await browser?.close();
    await gateway.stop();
    throw error;
  }
}

/** A link that signs somebody in, once. */
export async function linkFor(gateway: Gateway, who: readonly string[] = []): Promise<string> {
  const { code, stdout, stderr } = await gateway.cli('console', ...who, '--output', 'json');
  assert.equal(code, 0, stderr);
  return textAt(JSON.parse(stdout), 'url');
}
