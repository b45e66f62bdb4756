// Icons of our own, drawn on a grid of 20 with one stroke. They decorate: what they mean stands beside them or in a label.

import type { ReactElement } from 'react';

const PATHS = {
  overview: 'M3 11.5 7 7.5l3.2 3 6.3-6.5M3 16.5h14',
  live: 'M10 10h.01M6.5 13.5a5 5 0 0 1 0-7M13.5 6.5a5 5 0 0 1 0 7M4 16a8.5 8.5 0 0 1 0-12M16 4a8.5 8.5 0 0 1 0 12',
  agents: 'M10 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM4 16.5c.6-3 3-4.5 6-4.5s5.4 1.5 6 4.5',
  servers: 'M3.5 4h13v4.5h-13zM3.5 11.5h13V16h-13zM6.5 6.25h.01M6.5 13.75h.01',
  catalogue: 'M4 4.5h12v11H4zM4 8h12M8 8v7.5',
  policies: 'M10 3 4 5.5v4.5c0 3.5 2.5 6 6 7 3.5-1 6-3.5 6-7V5.5L10 3ZM7.5 10l1.8 1.8L12.7 8.4',
  approvals:
    'M6 9.5V5.75a1.25 1.25 0 0 1 2.5 0V9M8.5 9V4.25a1.25 1.25 0 0 1 2.5 0V9M11 9V5.25a1.25 1.25 0 0 1 2.5 0V11.5c0 3.5-1.8 5.5-4.5 5.5-2.5 0-3.6-1.2-5-4.5-.6-1.4 1-2.3 2-1',
  audit: 'M5 3h7l3.5 3.5V17H5zM12 3v3.5h3.5M7.5 10h5.5M7.5 13h5.5',
  limits: 'M4 15a7 7 0 1 1 12 0M10 12.5l3-4.5',
  settings: 'M4 6h6M14 6h2M4 14h2M10 14h6M12 4v4M8 12v4',
  search: 'M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11ZM13 13l4 4',
  close: 'M5 5l10 10M15 5 5 15',
  copy: 'M7.5 7.5h8.5V16H7.5zM12.5 7.5V4H4v8.5h3.5',
  check: 'M4.5 10.5l3.5 3.5 7.5-8',
  chevron: 'M7.5 5l5 5-5 5',
  down: 'M5 7.5l5 5 5-5',
  up: 'M5 12.5l5-5 5 5',
  back: 'M12.5 5l-5 5 5 5',
  plus: 'M10 4v12M4 10h12',
  minus: 'M4 10h12',
  key: 'M7 13.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM10.5 10H17v3M14 10v2',
  lock: 'M5 9h10v7.5H5zM7 9V6.5a3 3 0 0 1 6 0V9',
  unlock: 'M5 9h10v7.5H5zM7 9V6.5a3 3 0 0 1 5.8-1',
  warning: 'M10 3.5 2.5 16.5h15L10 3.5ZM10 8.5v3.5M10 14.25h.01',
  info: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM10 9.5v4M10 6.75h.01',
  error: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM10 6.5V11M10 13.25h.01',
  good: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM7 10.25l2 2 4-4.25',
  clock: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM10 6v4l2.5 2',
  sun: 'M10 13a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM10 2.5v2M10 15.5v2M2.5 10h2M15.5 10h2M4.7 4.7l1.4 1.4M13.9 13.9l1.4 1.4M4.7 15.3l1.4-1.4M13.9 6.1l1.4-1.4',
  moon: 'M16 11.5A6.5 6.5 0 1 1 8.5 4a5.2 5.2 0 0 0 7.5 7.5Z',
  screen: 'M3 4.5h14v9H3zM7.5 16.5h5',
  pause: 'M7 5v10M13 5v10',
  play: 'M6.5 4.5l9 5.5-9 5.5z',
  refresh: 'M16 10a6 6 0 1 1-1.8-4.3M16 3.5v3.5h-3.5',
  filter: 'M3.5 5h13l-5 6v5l-3-1.5V11z',
  download: 'M10 3.5v9M6.5 9.5 10 13l3.5-3.5M4 16.5h12',
  out: 'M8 4H4.5v12H8M12 6.5l3.5 3.5-3.5 3.5M15 10H8',
  terminal: 'M3 4.5h14v11H3zM6 8l2.2 2L6 12M10 12.5h3.5',
  bolt: 'M11 3 5 11.5h4.5L9 17l6-8.5h-4.5z',
  trash: 'M4 6h12M8 6V4h4v2M5.5 6l.7 10.5h7.6L14.5 6M8.5 9v4.5M11.5 9v4.5',
  edit: 'M4 16l.7-3.2L13 4.5l2.5 2.5-8.3 8.3zM11.5 6 14 8.5',
  more: 'M5 10h.01M10 10h.01M15 10h.01',
  menu: 'M3.5 5.5h13M3.5 10h13M3.5 14.5h13',
  shield: 'M10 3 4 5.5v4.5c0 3.5 2.5 6 6 7 3.5-1 6-3.5 6-7V5.5L10 3Z',
} as const;

/** Which icons there are. */
export type IconName = keyof typeof PATHS;

/** An icon; hidden from assistive technology. */
export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }): ReactElement {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 20 20" fill="none" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
