import { cells } from "./text";

const hideCursor = "\u001b[?25l";
const showCursor = "\u001b[?25h";
// Terminals that know it show a frame at once; others ignore it.
const beginFrame = "\u001b[?2026h";
const endFrame = "\u001b[?2026l";
const clearLine = "\u001b[K";
const clearBelow = "\u001b[J";

/** The part of a terminal's stream that is needed to draw on it. */
export interface Terminal {
  write(text: string): unknown;
  columns?: number;
  rows?: number;
  on(event: "resize", listener: () => void): unknown;
  off(event: "resize", listener: () => void): unknown;
}

export interface Size {
  width: number;
  height: number;
}

/** Draws frames in place at the end of the terminal's text, and puts the terminal back in order in the end. */
export class LiveArea {
  private lines: string[] = [];
  private timer: NodeJS.Timeout | undefined;
  private frame = 0;
  private stopped = true;

  /**
   * @param render gives the lines of one frame, each at most `size.width` cells wide and at most `size.height` of them.
   * @param interval milliseconds between frames.
   */
  constructor(
    private readonly terminal: Terminal,
    private readonly render: (size: Size, frame: number) => string[],
    private readonly interval = 100,
  ) {}

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.terminal.write(hideCursor);
    this.terminal.on("resize", this.draw);
    // A crash elsewhere ends the process without passing by stop(); the cursor must come back then too.
    process.on("exit", this.restore);
    this.timer = setInterval(this.tick, this.interval);
    this.timer.unref();
    this.draw();
  }

  /** Writes text that stays, above the frame. */
  print(text: string): void {
    this.terminal.write(this.erase() + text);
    this.lines = [];
    if (!this.stopped) this.draw();
  }

  /** Takes the frame away and gives the terminal back. */
  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    clearInterval(this.timer);
    this.terminal.off("resize", this.draw);
    process.off("exit", this.restore);
    this.terminal.write(this.erase() + showCursor);
    this.lines = [];
  }

  private readonly restore = (): void => {
    this.terminal.write(showCursor);
  };

  private readonly tick = (): void => {
    this.frame += 1;
    this.draw();
  };

  private readonly draw = (): void => {
    const { width, height } = sizeOf(this.terminal);
    // The last column is left free: writing there puts some terminals on the next line.
    // One line is left for the cursor below the frame.
    const lines = this.render({ width: width - 1, height: height - 1 }, this.frame);
    const text = lines.map((line) => `${line}${clearLine}\n`).join("");
    this.terminal.write(`${beginFrame}${this.home()}${text}${clearBelow}${endFrame}`);
    this.lines = lines;
  };

  /** Line by line: a terminal that keeps what a full clear takes away would keep the frame too. */
  private erase(): string {
    const rows = this.rows();
    return `${this.home()}${`${clearLine}\n`.repeat(rows)}${rows > 0 ? up(rows) : ""}${clearBelow}`;
  }

  private home(): string {
    const rows = this.rows();
    return rows > 0 ? up(rows) : "\r";
  }

  /** How many rows the last frame takes. A terminal that got narrower has wrapped its lines into more. */
  private rows(): number {
    const { width } = sizeOf(this.terminal);
    return this.lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(cells(line) / width)), 0);
  }
}

function up(rows: number): string {
  return `\u001b[${rows}A\r`;
}

/** The terminal's size; what cannot be told is taken as 80 by 24. */
export function sizeOf(terminal: Pick<Terminal, "columns" | "rows">): Size {
  return {
    width: Math.max(2, terminal.columns || 80),
    height: Math.max(2, terminal.rows || 24),
  };
}
