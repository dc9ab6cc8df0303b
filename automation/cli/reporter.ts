import type { DeployEvent } from "../events";
import type { Output } from "./io";
import { renderDiagnostics } from "./render/diagnostics";
import { createModel, reduce } from "./render/model";
import type { Model } from "./render/model";
import { plainLines, stillRunning } from "./render/plain";
import { renderFinal, renderLive } from "./render/tree";
import { LiveArea } from "./render/tty";
import type { ResultView } from "./verb";

/** Shows what happens while an operation is under way. */
export interface Reporter {
  event(event: DeployEvent): void;
  /** Something for the user in between. */
  say(text: string): void;
  /**
   * Stops showing, and gives what belongs above the result.
   *
   * @param shown a message that is shown with the result and need not be twice
   */
  end(shown?: string): string[];
}

/** A tree that is drawn in place. With `treeless` only its heading, for commands whose result is all that matters. */
export function liveReporter(
  title: string,
  stream: Output,
  view: ResultView,
  treeless: boolean,
): Reporter {
  const model = createModel(title, Date.now());
  const area = new LiveArea(stream, (size, frame) => {
    const height = treeless ? Math.min(2, size.height) : size.height;
    return renderLive(model, { ...size, height, now: Date.now(), frame, style: view.style });
  });
  area.start();
  return {
    event: (event) => {
      reduce(model, event);
    },
    say: (text) => {
      area.print(`${text}\n`);
    },
    end: (shown) => {
      area.stop();
      const tree = treeless
        ? []
        : renderFinal(model, { width: view.width, now: Date.now(), frame: 0, style: view.style });
      return sections(tree, diagnosticsOf(model, view, treeless, shown));
    },
  };
}

/** Milliseconds of silence after which a log without a terminal says what is still running. */
const heartbeat = 10_000;

/** One line for each thing that happens, for logs and pipes. */
export function plainReporter(
  title: string,
  write: (line: string) => void,
  view: ResultView,
  treeless: boolean,
): Reporter {
  const model = createModel(title, Date.now());
  let spoke = Date.now();
  const speak = (lines: string[]): void => {
    if (lines.length > 0) spoke = Date.now();
    for (const line of lines) write(line);
  };
  const timer = setInterval(() => {
    if (Date.now() - spoke >= heartbeat) speak(stillRunning(model, Date.now(), view.style));
  }, 1000);
  timer.unref();
  return {
    event: (event) => {
      const lines = plainLines(model, event, view);
      if (!treeless || view.verbose) speak(lines);
    },
    say: write,
    end: (shown) => {
      clearInterval(timer);
      return treeless ? diagnosticsOf(model, view, true, shown) : [""];
    },
  };
}

/** Nothing but, where asked for, events as JSON lines. */
export function jsonReporter(write: ((line: string) => void) | undefined): Reporter {
  return {
    event: (event) => write?.(JSON.stringify(event)),
    say: () => undefined,
    end: () => [],
  };
}

function diagnosticsOf(
  model: Model,
  view: ResultView,
  treeless: boolean,
  skip: string | undefined,
): string[] {
  // A command that only looks is not the place for what the program says in passing.
  if (treeless) model.messages = model.messages.filter(({ severity }) => severity !== "info");
  return renderDiagnostics(model, view, {
    verbose: view.verbose,
    ...(skip !== undefined && { skip }),
  });
}

function sections(...parts: string[][]): string[] {
  return parts.filter((part) => part.length > 0).flatMap((part) => [...part, ""]);
}
