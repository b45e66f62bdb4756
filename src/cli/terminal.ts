// A terminal that somebody looks at, for views that change: its size, the keys that are pressed, and a screen of its own that leaves the one before as it was.

/** A screen. Whoever opens it closes it, whatever happens: a terminal that is left in this state is of no use. */
export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  /** Draws these lines over what was there, all at once: nothing is cleared first, so nothing flickers. */
  draw(lines: readonly string[]): void;
  onResize(listener: () => void): void;
  /** A key as it was pressed: a character, or `ctrl-c`. */
  onKey(listener: (key: string) => void): void;
  close(): void;
}

/** What a terminal is made of. */
export interface TerminalStreams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
}

const ESCAPE = '\u001b[';
const ENTER = `${ESCAPE}?1049h${ESCAPE}?25l`;
const LEAVE = `${ESCAPE}?25h${ESCAPE}?1049l`;
/** Terminals that know it show a frame only when it is whole; the others ignore it. */
const BEGIN_FRAME = `${ESCAPE}?2026h${ESCAPE}H`;
const END_FRAME = `${ESCAPE}J${ESCAPE}?2026l`;
const END_LINE = `${ESCAPE}K`;
const CTRL_C = '\u0003';
const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;

/** Opens the terminal; undefined where there is none. */
export function openTerminal({ stdin, stdout }: TerminalStreams): Terminal | undefined {
  if (!stdin.isTTY || !stdout.isTTY) return undefined;
  stdout.write(ENTER);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  stdin.resume();
  let isOpen = true;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    process.off('exit', close);
    stdin.setRawMode(false);
    stdin.pause();
    stdout.write(LEAVE);
  };
  process.once('exit', close);
  return {
    get columns() {
      return stdout.columns || DEFAULT_COLUMNS;
    },
    get rows() {
      return stdout.rows || DEFAULT_ROWS;
    },
    draw: (lines) => {
      if (isOpen) stdout.write(BEGIN_FRAME + lines.map((line) => line + END_LINE).join('\r\n') + END_FRAME);
    },
    onResize: (listener) => void stdout.on('resize', listener),
    onKey: (listener) => void stdin.on('data', (text: string) => listener(text === CTRL_C ? 'ctrl-c' : text)),
    close,
  };
}
