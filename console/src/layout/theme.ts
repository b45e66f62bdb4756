// Light or dark: as the system has it, unless somebody has chosen. The choice stays in this browser.

import { useSyncExternalStore } from 'react';

/** What can be chosen. */
export type Theme = 'system' | 'light' | 'dark';

const KEY = 'sallyport-theme';
const listeners = new Set<() => void>();
const prefersDark = (): MediaQueryList => window.matchMedia('(prefers-color-scheme: dark)');

/** Puts the theme into force, and follows the system from then on. Once, before anything is drawn. */
export function followTheme(): void {
  prefersDark().addEventListener('change', apply);
  apply();
}

/** What is chosen, and how to choose. */
export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  return [useSyncExternalStore(subscribe, chosen), choose];
}

function choose(theme: Theme): void {
  try {
    if (theme === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // A browser that keeps nothing: it holds until the page is left.
  }
  held = theme;
  apply();
  for (const listener of listeners) listener();
}

let held: Theme | undefined;

function chosen(): Theme {
  if (held !== undefined) return held;
  try {
    const stored = localStorage.getItem(KEY);
    held = stored === 'light' || stored === 'dark' ? stored : 'system';
  } catch {
    held = 'system';
  }
  return held;
}

function apply(): void {
  const theme = chosen();
  document.documentElement.dataset['theme'] = theme === 'system' ? (prefersDark().matches ? 'dark' : 'light') : theme;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
