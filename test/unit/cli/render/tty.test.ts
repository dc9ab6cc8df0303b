import assert from "node:assert/strict";
import { EventEmitter } from "node:events";

import { LiveArea, sizeOf } from "../../../../automation/cli/render/tty";

/** A terminal small enough to read: it understands what LiveArea writes, and nothing else. */
class Screen extends EventEmitter {
  rows = 6;
  columns = 20;
  cursorHidden = false;
  private readonly lines = [""];
  private row = 0;
  private column = 0;

  write(text: string): boolean {
    // Cursor up, clear to the end of the line, clear to the end of the screen, cursor, synchronised output.
    const tokens = text.matchAll(/\u001b\[(\??\d*)([AKJhl])|([\n\r])|([^\u001b\n\r]+)/g);
    for (const [, number = "", code, control, plain = ""] of tokens) {
      if (code === "A") this.row = Math.max(0, this.row - Number(number));
      else if (code === "K") this.set(this.line.slice(0, this.column));
      else if (code === "J") this.clearBelow();
      else if (number === "?25") this.cursorHidden = code === "l";
      else if (control === "\r") this.column = 0;
      else if (control === "\n") this.newLine();
      else if (code === undefined) this.put(plain);
    }
    return true;
  }

  get shown(): string[] {
    return this.lines.map((line) => line.trimEnd());
  }

  private get line(): string {
    return this.lines[this.row] ?? "";
  }

  private set(text: string): void {
    this.lines[this.row] = text;
  }

  private put(text: string): void {
    const before = this.line.padEnd(this.column);
    this.set(before.slice(0, this.column) + text + before.slice(this.column + text.length));
    this.column += text.length;
  }

  private newLine(): void {
    this.row += 1;
    this.column = 0;
    if (this.row >= this.lines.length) this.lines.push("");
  }

  private clearBelow(): void {
    this.set(this.line.slice(0, this.column));
    this.lines.splice(this.row + 1);
  }
}

function liveArea(frames: string[][]): { screen: Screen; area: LiveArea; redraw: () => void } {
  const screen = new Screen();
  let drawn = 0;
  const area = new LiveArea(screen, () => frames[Math.min(drawn++, frames.length - 1)] ?? [], 1e6);
  return { screen, area, redraw: () => screen.emit("resize") };
}

describe("the live area of a terminal", () => {
  it("draws each frame over the last, also a shorter one", () => {
    const { screen, area, redraw } = liveArea([["one", "two", "three"], ["ONE"], ["1", "2"]]);
    screen.write("$ landfall up\n");
    area.start();
    assert.deepEqual(screen.shown, ["$ landfall up", "one", "two", "three", ""]);
    redraw();
    assert.deepEqual(screen.shown, ["$ landfall up", "ONE", ""]);
    redraw();
    assert.deepEqual(screen.shown, ["$ landfall up", "1", "2", ""]);
    area.stop();
  });

  it("leaves nothing behind but what was printed, and gives the cursor back", () => {
    const { screen, area } = liveArea([["one", "two"]]);
    area.start();
    assert.equal(screen.cursorHidden, true);
    area.print("cancelling\n");
    assert.deepEqual(screen.shown, ["cancelling", "one", "two", ""]);
    area.stop();
    assert.deepEqual(screen.shown, ["cancelling", ""]);
    assert.equal(screen.cursorHidden, false);
    area.stop();
    assert.equal(screen.listenerCount("resize"), 0);
  });

  it("gives the cursor back when the process ends without stopping it", () => {
    const { screen, area } = liveArea([["one"]]);
    const before = process.listeners("exit");
    area.start();
    const added = process.listeners("exit").filter((listener) => !before.includes(listener));
    assert.equal(added.length, 1);
    for (const listener of added) listener.call(process, 1);
    assert.equal(screen.cursorHidden, false);
    area.stop();
    assert.deepEqual(process.listeners("exit"), before);
  });

  it("goes up by the rows that the old frame takes in a terminal that got narrower", () => {
    const { screen, area, redraw } = liveArea([["x".repeat(15), "y"]]);
    const written: string[] = [];
    area.start();
    screen.columns = 10;
    screen.write = (text) => written.push(text) > 0;
    redraw();
    assert.match(written.join(""), /\u001b\[3A\r/);
    area.stop();
  });

  it("takes a terminal of unknown size as 80 by 24", () => {
    assert.deepEqual(sizeOf({}), { width: 80, height: 24 });
    assert.deepEqual(sizeOf({ columns: 0, rows: 0 }), { width: 80, height: 24 });
  });
});
