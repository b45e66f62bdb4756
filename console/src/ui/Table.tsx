// Lists of any length: only the rows that are seen exist. One list is one stop for the Tab key; arrows, Page and Home/End move within it,
// Enter opens a row. The focus stays on the list itself (aria-activedescendant), since a row that is scrolled away is no element any more.

import './Table.css';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useId, useRef, useState } from 'react';
import type { KeyboardEvent, PointerEvent, ReactElement, ReactNode } from 'react';
import { Loading } from './State.tsx';
import { leastWidth, moveTo, toTracks, widthOf } from './table-moves.ts';
import type { ColumnWidth } from './table-moves.ts';
import { showCount } from './units.ts';

/** A column. */
export interface Column<Row> {
  readonly id: string;
  readonly header: string;
  /** Read out and not shown: what stands in the column says it to whoever sees it. */
  readonly isHeaderHidden?: true;
  readonly width: ColumnWidth;
  /** Figures stand at the end. */
  readonly align?: 'end';
  readonly cell: (row: Row) => ReactNode;
}

/** Props of a list. */
export interface TableProps<Row> {
  /** What it lists, read out. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** What opening a row does: a press, or Enter. */
  readonly onOpen?: (row: Row) => void;
  /** Key of the row that is open. */
  readonly openKey?: string | undefined;
  readonly isLoading?: boolean;
  /** Why that takes so long, where it is known. */
  readonly loadingSays?: string | undefined;
  /** Whether more rows follow, and how to get them: asked for before the end is reached. */
  readonly hasMore?: boolean;
  readonly onMore?: () => void;
  /** How many there are in all, where that is known. */
  readonly total?: number | undefined;
  /** Shown where there are no rows. */
  readonly empty: ReactNode;
  readonly rowHeight?: number;
  /** Told when somebody begins and ends to point at the rows. */
  readonly onPointedAt?: (isPointedAt: boolean) => void;
  /** bounded: at most some 14 rows high; fill: as high as what it stands in. */
  readonly height?: 'bounded' | 'fill';
}

const OVERSCAN = 12;
/** So many rows before the end the next page is asked for. */
const AHEAD = 40;
const RESIZE_STEP = 16;

/** A list of any length. */
export function Table<Row>(props: TableProps<Row>): ReactElement {
  const { label, columns, rows, keyOf, onOpen, openKey, isLoading = false, hasMore = false, onMore, total, empty, rowHeight = 40 } = props;
  const box = useRef<HTMLDivElement>(null);
  const grid = useRef<HTMLDivElement>(null);
  const id = useId();
  // By its key: rows may come in above it.
  const [activeKey, setActiveKey] = useState<string>();
  const [widths, setWidths] = useState<ReadonlyMap<string, number>>(new Map());
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : keyOf(row);
    },
  });
  const active = activeKey === undefined ? undefined : placeOf(rows, keyOf, activeKey);
  const seen = virtual.getVirtualItems();
  const last = seen.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= rows.length - AHEAD) onMore?.();
  }, [hasMore, last, rows.length, onMore]);

  const activate = (index: number): void => {
    const row = rows[index];
    if (row !== undefined) setActiveKey(keyOf(row));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // Keys pressed in something within a row are its own.
    if (event.target !== grid.current) return;
    const row = active === undefined ? undefined : rows[active];
    if (event.key === 'Enter' && row !== undefined) return onOpen?.(row);
    const next = moveTo(event.key, active, rows.length, Math.max(1, Math.floor((box.current?.clientHeight ?? 0) / rowHeight) - 1));
    if (next === undefined) return;
    event.preventDefault();
    activate(next);
    virtual.scrollToIndex(next, { align: 'auto' });
  };

  const tracks = toTracks(columns, widths);
  const isActiveSeen = active !== undefined && seen.some((item) => item.index === active);
  return (
    <div
      ref={box}
      className={`table ${props.height === 'fill' ? 'table-fill' : 'table-bounded'}`}
      onPointerEnter={() => props.onPointedAt?.(true)}
      onPointerLeave={() => props.onPointedAt?.(false)}
    >
      {rows.length === 0 ? (
        isLoading ? (
          <Loading label={`Loading: ${label}`} says={props.loadingSays} />
        ) : (
          empty
        )
      ) : (
        <div
          ref={grid}
          className="table-grid"
          role="grid"
          aria-label={label}
          aria-rowcount={hasMore ? -1 : rows.length + 1}
          tabIndex={0}
          onKeyDown={onKeyDown}
          style={{ minWidth: leastWidth(columns, widths) }}
          {...(isActiveSeen ? { 'aria-activedescendant': `${id}-${active}` } : {})}
        >
          <div role="rowgroup" className="table-head">
            <div className="table-row" role="row" aria-rowindex={1} style={{ gridTemplateColumns: tracks }}>
              {columns.map((column) => (
                <div key={column.id} className={cellClass(column)} role="columnheader" aria-labelledby={`${id}-head-${column.id}`}>
                  {/* It is called by its text alone: what changes its width has a name of its own. */}
                  <span id={`${id}-head-${column.id}`} className={column.isHeaderHidden === true ? 'visually-hidden' : undefined}>
                    {column.header}
                  </span>
                  <ResizeHandle
                    column={column.header}
                    onResize={(change, now) =>
                      setWidths((old) => new Map(old).set(column.id, widthOf((old.get(column.id) ?? now) + change)))
                    }
                  />
                </div>
              ))}
            </div>
          </div>
          <div className="table-body" role="rowgroup" style={{ height: virtual.getTotalSize() }}>
            {seen.map(({ index, start, key }) => {
              const row = rows[index];
              if (row === undefined) return null;
              const isActive = index === active || keyOf(row) === openKey;
              return (
                <div
                  key={key}
                  id={`${id}-${index}`}
                  className={`table-row${onOpen === undefined ? '' : ' table-row-opens'}${isActive ? ' table-row-active' : ''}`}
                  role="row"
                  aria-rowindex={index + 2}
                  aria-selected={isActive}
                  style={{ gridTemplateColumns: tracks, transform: `translateY(${start}px)`, height: rowHeight }}
                  onClick={(event) => {
                    if (isOfItsOwn(event.target)) return;
                    activate(index);
                    onOpen?.(row);
                  }}
                >
                  {columns.map((column) => (
                    <div key={column.id} className={cellClass(column)} role="gridcell">
                      {column.cell(row)}
                    </div>
                  ))}
                </div>
              );
            })}
          </div>
        </div>
      )}
      {hasMore ? (
        <div className="table-foot" role="status">
          {total === undefined
            ? `${showCount(rows.length)} loaded, more follow`
            : `${showCount(rows.length)} of ${showCount(total)} loaded`}
        </div>
      ) : null}
    </div>
  );
}

/** Changes the width of a column: by dragging, or with the arrow keys. */
function ResizeHandle({
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

/** Where the row of a key is now; undefined where it is gone. */
function placeOf<Row>(rows: readonly Row[], keyOf: (row: Row) => string, key: string): number | undefined {
  const place = rows.findIndex((row) => keyOf(row) === key);
  return place === -1 ? undefined : place;
}

/** Was a button or a link in the row meant, and not the row? */
function isOfItsOwn(target: EventTarget): boolean {
  return target instanceof Element && target.closest('a, button, input, label, [role="button"]') !== null;
}

function cellClass<Row>({ align }: Column<Row>): string {
  return align === 'end' ? 'table-cell table-cell-end' : 'table-cell';
}
