// The edge of a column that is dragged.

import { useRef } from 'react';
import type { PointerEvent, ReactElement } from 'react';

const RESIZE_STEP = 16;

/** Changes the width of a column: by dragging, or with the arrow keys. */
export function ResizeHandle({
  column,
  onResize,
}: {
  readonly column: string;
  readonly onResize: (change: number, now: number) => void;
}): ReactElement {
  const from = useRef<number>(undefined);
  const widthNow = (element: Element): number => element.parentElement?.getBoundingClientRect().width ?? 0;
  const onPointerMove = (event: PointerEvent<HTMLButtonElement>): void => {
    if (from.current === undefined) return;
    onResize(event.clientX - from.current, widthNow(event.currentTarget));
    from.current = event.clientX;
  };
  return (
    <button
      type="button"
      className="table-resize"
      tabIndex={-1}
      aria-label={`Width of ${column}`}
      onPointerDown={(event) => {
        from.current = event.clientX;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={onPointerMove}
      onPointerUp={() => (from.current = undefined)}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
        event.preventDefault();
        onResize(event.key === 'ArrowLeft' ? -RESIZE_STEP : RESIZE_STEP, widthNow(event.currentTarget));
      }}
    />
  );
}
