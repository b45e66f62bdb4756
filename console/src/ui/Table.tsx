// Lists of any length: only the rows that are seen exist. One list is one stop for the Tab key; arrows, Page and Home/End move within it,
// Enter opens a row. The focus stays on the list itself (aria-activedescendant), since a row that is scrolled away is no element any more.
// Of a list that comes in pages not even all rows are at hand: where there is none yet its place is empty, and the list says what it looks at. End goes on
// to the very last row, however many have to come before it, until somebody does anything else.

import './Table.css';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useEffectEvent, useId, useRef, useState } from 'react';
import type { KeyboardEvent, ReactElement, ReactNode } from 'react';
import { ResizeHandle } from './ResizeHandle.tsx';
import { Loading } from './State.tsx';
import { activePlace, leastWidth, moveTo, toTracks, widthOf } from './table-moves.ts';
import type { ActiveRow, ColumnWidth } from './table-moves.ts';
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

/** A list of which some rows are at hand. */
export interface TableWindow<Row> {
  readonly rows: readonly Row[];
  /** Place of the first of them in the list. */
  readonly start: number;
  /** Rows that are known of. */
  readonly count: number;
  /** Whether more follow than are known of. */
  readonly hasMore: boolean;
  /** Told which rows are looked at, so that they and those around them come. */
  readonly onSeen: (first: number, last: number) => void;
  readonly isLoading: boolean;
}

/** Where the rows are from: all of them are here, or they come in pages. */
type Rows<Row> = { readonly rows: readonly Row[]; readonly isLoading?: boolean } | { readonly list: TableWindow<Row> };

/** Props of a list. */
export type TableProps<Row> = Rows<Row> & {
  /** What it lists, read out. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row) => string;
  /** What opening a row does: a press, or Enter. */
  readonly onOpen?: (row: Row) => void;
  /** Key of the row that is open. */
  readonly openKey?: string | undefined;
  /** Why it takes so long until there is something, where it is known. */
  readonly loadingSays?: string | undefined;
  /** How many there are in all, where that is known. */
  readonly total?: number | undefined;
  /** Shown where there are no rows. */
  readonly empty: ReactNode;
  readonly rowHeight?: number;
  /** Told when somebody begins and ends to point at the rows. */
  readonly onPointedAt?: (isPointedAt: boolean) => void;
  /** bounded: at most some 14 rows high; fill: as high as what it stands in. */
  readonly height?: 'bounded' | 'fill';
};

const OVERSCAN = 12;

/** A list of any length. */
export function Table<Row>(props: TableProps<Row>): ReactElement {
  const { label, columns, keyOf, onOpen, openKey, total, empty, rowHeight = 40 } = props;
  const { rows, start, count, hasMore, isLoading, onSeen } = 'list' in props ? props.list : wholeOf(props.rows, props.isLoading);
  const box = useRef<HTMLDivElement>(null);
  const grid = useRef<HTMLDivElement>(null);
  const id = useId();
  // By its key: rows may come in above it.
  const [activeRow, setActiveRow] = useState<ActiveRow>();
  const [isOnToLast, setOnToLast] = useState(false);
  const [widths, setWidths] = useState<ReadonlyMap<string, number>>(new Map());
  const rowAt = (index: number): Row | undefined => rows[index - start];
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
  });
  const active = activePlace(activeRow, { rows, start, count, keyOf });
  const seen = virtual.getVirtualItems();
  const [first, last] = [seen[0]?.index, seen.at(-1)?.index];
  useEffect(() => {
    if (first !== undefined && last !== undefined) onSeen(first, last);
  }, [first, last, onSeen]);

  const activate = (index: number): void => {
    const row = rowAt(index);
    setActiveRow({ index, key: row === undefined ? undefined : keyOf(row) });
  };
  const goTo = useEffectEvent((index: number) => {
    activate(index);
    virtual.scrollToIndex(index, { align: 'auto' });
  });
  useEffect(() => {
    if (!isOnToLast) return;
    goTo(count - 1);
    if (!hasMore) setOnToLast(false);
  }, [isOnToLast, count, hasMore]);
  const onKeyDown = (event: KeyboardEvent): void => {
    // Keys pressed in something within a row are its own.
    if (event.target !== grid.current) return;
    const row = active === undefined ? undefined : rowAt(active);
    if (event.key === 'Enter' && row !== undefined) return onOpen?.(row);
    const next = moveTo(event.key, active, count, Math.max(1, Math.floor((box.current?.clientHeight ?? 0) / rowHeight) - 1));
    if (next === undefined) return;
    event.preventDefault();
    setOnToLast(event.key === 'End' && hasMore);
    activate(next);
    virtual.scrollToIndex(next, { align: 'auto' });
  };

  const tracks = toTracks(columns, widths);
  const isActiveSeen = active !== undefined && seen.some((item) => item.index === active);
  return (
    <div
      ref={box}
      className={`table ${props.height === 'fill' ? 'table-fill' : 'table-bounded'}`}
      onWheel={() => setOnToLast(false)}
      onPointerDown={() => setOnToLast(false)}
      onPointerEnter={() => props.onPointedAt?.(true)}
      onPointerLeave={() => props.onPointedAt?.(false)}
    >
      {count === 0 ? (
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
          aria-rowcount={hasMore ? -1 : count + 1}
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
            {seen.map(({ index, start: top }) => {
              const row = rowAt(index);
              const isActive = index === active || (row !== undefined && keyOf(row) === openKey);
              return (
                <div
                  key={row === undefined ? index : keyOf(row)}
                  id={`${id}-${index}`}
                  className={`table-row${onOpen === undefined ? '' : ' table-row-opens'}${isActive ? ' table-row-active' : ''}`}
                  role="row"
                  aria-rowindex={index + 2}
                  aria-selected={isActive}
                  aria-busy={row === undefined}
                  style={{ gridTemplateColumns: tracks, transform: `translateY(${top}px)`, height: rowHeight }}
                  onClick={(event) => {
                    if (row === undefined || isOfItsOwn(event.target)) return;
                    activate(index);
                    onOpen?.(row);
                  }}
                >
                  {columns.map((column) => (
                    <div key={column.id} className={cellClass(column)} role="gridcell">
                      {row === undefined ? null : column.cell(row)}
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
          {total === undefined ? `${showCount(count)} loaded, more follow` : `${showCount(count)} of ${showCount(total)} loaded`}
          {isOnToLast ? '. On to the last one; any other key stops here.' : ''}
        </div>
      ) : null}
    </div>
  );
}

/** A list that is here as a whole. */
function wholeOf<Row>(rows: readonly Row[], isLoading = false): TableWindow<Row> {
  return { rows, start: 0, count: rows.length, hasMore: false, isLoading, onSeen: nothing };
}

const nothing = (): void => {};

/** Was a button or a link in the row meant, and not the row? */
function isOfItsOwn(target: EventTarget): boolean {
  return target instanceof Element && target.closest('a, button, input, label, [role="button"]') !== null;
}

function cellClass<Row>({ align }: Column<Row>): string {
  return align === 'end' ? 'table-cell table-cell-end' : 'table-cell';
}
