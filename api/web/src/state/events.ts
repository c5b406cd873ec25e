// Server-sent events, read from the pieces of a response as they arrive: EventSource can send no token.

export interface ServerEvent {
  name: string;
  data: string;
}

/** Reads events from pieces of text, wherever these are cut. */
export class EventReader {
  private rest = "";
  private name = "";
  private data: string[] = [];

  /** The events that are whole once this piece has arrived. */
  read(piece: string): ServerEvent[] {
    const text = this.rest + piece;
    // A piece that ends with CR may be followed by the LF of the same line end.
    const end = text.endsWith("\r") ? text.length - 1 : text.length;
    const lines = text.slice(0, end).split(/\r\n|\n|\r/);
    this.rest = (lines.pop() ?? "") + text.slice(end);
    return lines.flatMap((line) => this.line(line));
  }

  private line(line: string): ServerEvent[] {
    if (line === "") return this.whole();
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.name = value;
    else if (field === "data") this.data.push(value);
    return [];
  }

  private whole(): ServerEvent[] {
    const { name, data } = this;
    this.name = "";
    this.data = [];
    return data.length ? [{ name: name || "message", data: data.join("\n") }] : [];
  }
}

/** The events of a response, until it ends. */
export async function* eventsOf(response: Response): AsyncGenerator<ServerEvent> {
  if (!response.body) return;
  const reader = new EventReader();
  const pieces = response.body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    while (true) {
      const { done, value } = await pieces.read();
      if (done) return;
      yield* reader.read(value);
    }
  } finally {
    pieces.cancel().catch(() => {}); // whoever has heard enough ends it
  }
}
