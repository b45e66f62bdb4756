// The mark: a gate within a wall, and the one that stands in it.

import type { ReactElement } from 'react';

/** The mark, and the name beside it. */
export function Brand({ size = 26 }: { readonly size?: number }): ReactElement {
  return (
    <>
      <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="8" fill="#0b6e70" />
        <path d="M8 25V14.5a8 8 0 0 1 16 0V25h-4V14.5a4 4 0 0 0-8 0V25z" fill="#fff" />
        <circle cx="16" cy="21.5" r="2.5" fill="#7fe3d4" />
      </svg>
      Sallyport
    </>
  );
}
