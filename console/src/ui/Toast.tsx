// What was done, said once in a corner. What failed stays until it is closed.

import './Toast.css';
import { useEffect, useSyncExternalStore } from 'react';
import type { ReactElement } from 'react';
import { Button } from './Button.tsx';
import { Icon } from './Icon.tsx';

interface ToastText {
  readonly tone: 'good' | 'bad';
  readonly title: string;
  readonly detail?: string;
}

interface Shown extends ToastText {
  readonly id: number;
}

const SHOWN_MS = 6_000;
const MAX_SHOWN = 4;

let shown: readonly Shown[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

/** Says something in the corner. */
export function toast(text: ToastText): void {
  lastId += 1;
  show([...shown, { ...text, id: lastId }].slice(-MAX_SHOWN));
}

function show(next: readonly Shown[]): void {
  shown = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Where it is said; once, in the layout. */
export function Toasts(): ReactElement {
  const toasts = useSyncExternalStore(subscribe, () => shown);
  return (
    <section className="toasts" aria-label="Notifications" aria-live="polite">
      {toasts.map((one) => (
        <OneToast key={one.id} toast={one} />
      ))}
    </section>
  );
}

function OneToast({ toast: { id, tone, title, detail } }: { readonly toast: Shown }): ReactElement {
  useEffect(() => {
    if (tone === 'bad') return undefined;
    const timer = setTimeout(() => close(id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [id, tone]);
  return (
    <div className={`toast toast-${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      <Icon name={tone === 'bad' ? 'error' : 'good'} size={18} />
      <div className="toast-text">
        <p className="toast-title">{title}</p>
        {detail === undefined ? null : <p className="soft">{detail}</p>}
      </div>
      <Button variant="quiet" size="small" icon="close" label="Close" onPress={() => close(id)} />
    </div>
  );
}

function close(id: number): void {
  show(shown.filter((one) => one.id !== id));
}
