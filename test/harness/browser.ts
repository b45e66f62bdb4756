// A real browser for tests: Debian's Chromium, driven as a person would, by roles and labels. Everything it says about a page that is not as it should be
// (errors in scripts, what the page's own rules refused to load) is kept and fails the test that asks for it.

import { existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';

/** Where a browser may be. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WIDE = { width: 1440, height: 900 };
/** What no page may have (axe-core's impact). */
const SERIOUS = new Set(['serious', 'critical']);
/** How long a page may take to show something on a machine with other work. */
const PATIENCE_MS = 45_000;

/** Why there is none here; undefined: there is. */
export function browserMissing(): string | undefined {
  return browserPath() === undefined ? 'Chromium is not installed: apt-get install chromium' : undefined;
}

function browserPath(): string | undefined {
  return PLACES.find((place) => existsSync(place));
}

/** A page, and what went wrong on it. */
export interface Tab {
  readonly page: Page;
  /** Errors of scripts and of the console, and what the content security policy refused. */
  readonly complaints: readonly string[];
  /** Whether anything that a stranger wrote was run: `window.alert` and the like were called. */
  readonly dialogs: readonly string[];
  close(): Promise<void>;
}

/** A browser of its own, with nothing kept. */
export interface TestBrowser {
  /** A new tab with cookies of its own. */
  readonly open: (options?: TabOptions) => Promise<Tab>;
  close(): Promise<void>;
}

export interface TabOptions {
  readonly theme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
}

/** Starts a browser. It looks up nothing outside of this machine. */
export async function startBrowser(): Promise<TestBrowser> {
  const executablePath = browserPath();
  if (executablePath === undefined) throw new Error('Chromium is not installed: apt-get install chromium');
  const browser: Browser = await chromium.launch({
    executablePath,
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-dev-shm-usage',
      '--no-first-run',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
    ],
  });
  return {
    open: async ({ theme = 'light', width = WIDE.width, height = WIDE.height } = {}) => {
      const context = await browser.newContext({
        colorScheme: theme,
        viewport: { width, height },
        reducedMotion: 'reduce',
        permissions: ['clipboard-read', 'clipboard-write'],
      });
      return openTab(context);
    },
    close: () => browser.close(),
  };
}

async function openTab(context: BrowserContext): Promise<Tab> {
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  const dialogs: string[] = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // That an answer was a refusal is for the page to show; the browser says so besides.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text());
  });
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss().catch(() => undefined);
  });
  return { page, complaints, dialogs, close: () => context.close() };
}

/** What axe finds on the page that is serious or worse: one line for each place. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  // By the debugger, which the page's policy does not hold for.
  await page.evaluate(AXE);
  // What was read out stays in its live region for some seconds, also when the button that it names has gone with its page.
  const found: unknown = await page.evaluate('axe.run({ exclude: ["[data-live-announcer]"] }, { resultTypes: ["violations"] })');
  return violationsOf(found)
    .filter(({ impact }) => SERIOUS.has(impact))
    .flatMap(({ id, impact, nodes }) => nodes.map((node) => `${id} (${impact}): ${node}`));
}

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly string[];
}

function violationsOf(found: unknown): readonly Violation[] {
  const { violations } = found as { readonly violations: readonly { id: string; impact: string; nodes: readonly { html: string }[] }[] };
  return violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ html }) => html) }));
}

/** Keeps a picture of the page where SALLYPORT_SCREENSHOTS names a folder; the pages of docs/ are made so. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = process.env['SALLYPORT_SCREENSHOTS'];
  if (folder === undefined) return;
  const path = `${folder}/${name}.png`;
  await mkdir(dirname(path), { recursive: true });
  await page.screenshot({ path });
}
