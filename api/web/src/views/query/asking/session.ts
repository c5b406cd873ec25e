// What is being asked in the editor: its text and variables, the run that goes on, and its outcome.
import { signal } from "@preact/signals";
import { fresh, go, location } from "../../../state/location";
import { Problem, problemOf } from "../../../state/problem";
import { byId, byText } from "./documents";
import { keep } from "./history";
import { type Operation, operationsOf, type Place } from "./operations";
import { type Asked, type Response, run } from "./run";
import { beginning, object, pretty } from "./variables";

export interface Outcome {
  /** The responses, the newest first: one, or the last ones of a stream. */
  responses: readonly Response[];
  /** How many responses there were, those that are not kept included. */
  heard: number;
  bytes: number;
  milliseconds: number;
  problem: Problem | null;
  /** Where the text itself could not be read, with the problem. */
  places: readonly Place[];
  state: "running" | "done" | "stopped";
}

/** The most events of a stream that stay. */
export const KEPT = 100;

const NOTHING: Outcome = {
  responses: [],
  heard: 0,
  bytes: 0,
  milliseconds: 0,
  problem: null,
  places: [],
  state: "done",
};

const START = `# Which businesses and accounts can this email reach?
query Reach($email: String!) {
  graph {
    identity(by: { email: $email }) {
      label
      reach(first: 20) {
        totalCount
        nodes { resource { label } roles certainty state }
      }
    }
  }
}
`;

export class Session {
  readonly text = signal("");
  readonly variables = signal("{}");
  /** The operation that is asked, of a document that has several. */
  readonly chosen = signal("");
  readonly outcome = signal<Outcome | null>(null);
  /** The mutation that waits for a yes. */
  readonly unsure = signal<Operation | null>(null);
  private abort: AbortController | null = null;
  /** The place whose question is here, so that a run, which is a place, changes nothing here. */
  private here: string | null = null;

  /** Takes the question that the place names, once. */
  arrive(): void {
    const { text, variables, at } = location.value;
    const place = placed(text, variables);
    if (place === this.here) return;
    this.here = place;
    this.take(text ? (byId(text)?.text ?? text) : START, variables && pretty(variables), at);
  }

  /** Takes another text, with the variables that it must have. */
  take(text: string, variables?: string, at = location.peek().at): void {
    this.stop();
    this.text.value = text;
    this.variables.value = variables ?? beginning(text, at);
    this.unsure.value = null;
    this.outcome.value = null;
  }

  operations(): readonly Operation[] {
    const read = operationsOf(this.text.value);
    return "operations" in read ? read.operations : [];
  }

  /** The question as it would be sent. Throws a Problem where it cannot be. */
  asked(): { asked: Asked; operation: Operation } {
    const text = this.text.peek();
    const read = operationsOf(text);
    if (!("operations" in read)) throw new Unreadable(read.message, read.places);
    const operation =
      read.operations.find(({ name }) => name === this.chosen.peek()) ?? read.operations[0];
    if (!operation) throw new Unreadable("The document has no operation.", []);
    const known = byText(text);
    return {
      operation,
      asked: {
        document: known ? { documentId: known.id } : { query: text },
        variables: object(this.variables.peek()),
        operationName: operation.name,
        streams: operation.kind === "subscription",
      },
    };
  }

  /** Asks. A mutation is asked only once it is `sure`. */
  async run(sure = false): Promise<void> {
    this.stop();
    this.unsure.value = null;
    const begun = performance.now();
    try {
      const { asked, operation } = this.asked();
      if (operation.kind === "mutation" && !sure) {
        this.unsure.value = operation;
        return;
      }
      this.remember(asked, operation);
      await this.follow(asked, begun);
    } catch (thrown) {
      const places = thrown instanceof Unreadable ? thrown.places : [];
      this.outcome.value = { ...NOTHING, problem: problemOf(thrown), places };
    }
  }

  /** Ends the run that goes on; what was heard stays. */
  stop(): void {
    this.abort?.abort();
    this.abort = null;
    const outcome = this.outcome.peek();
    if (outcome?.state === "running") this.outcome.value = { ...outcome, state: "stopped" };
  }

  private async follow(asked: Asked, begun: number): Promise<void> {
    const abort = new AbortController();
    this.abort = abort;
    let outcome: Outcome = { ...NOTHING, state: "running" };
    const tell = (change: Partial<Outcome>) => {
      if (abort.signal.aborted) return;
      outcome = { ...outcome, milliseconds: performance.now() - begun, ...change };
      this.outcome.value = outcome;
    };
    tell({});
    try {
      await run(asked, abort.signal, (response, bytes) =>
        tell({
          responses: [response, ...outcome.responses].slice(0, KEPT),
          heard: outcome.heard + 1,
          bytes: outcome.bytes + bytes,
        }),
      );
      tell({ state: "done" });
    } catch (thrown) {
      tell({ state: "done", problem: problemOf(thrown) });
    }
  }

  private remember(asked: Asked, operation: Operation): void {
    const text = this.text.peek();
    const variables = this.variables.peek();
    const title = operation.name || text.trim().split("\n", 1)[0] || "";
    keep({ text, variables, title, when: new Date() });
    const id = "documentId" in asked.document ? asked.document.documentId : text;
    const given = JSON.stringify(asked.variables);
    const change = { text: id, variables: given === "{}" ? undefined : given };
    this.here = placed(change.text, change.variables);
    go({ ...change, variables: change.variables ?? null });
  }
}

const placed = (text = "", variables = ""): string => JSON.stringify([text, variables]);

/** The link to a document, ready to be asked. */
export const linkTo = (id: string): string => fresh({ view: "query", text: id });

class Unreadable extends Problem {
  constructor(
    message: string,
    readonly places: readonly Place[],
  ) {
    super("UNREADABLE", message, 0);
  }
}
