// The version of the graph that is shown, and the newer one that the server tells of.
import { batch, computed, effect, signal } from "@preact/signals";
import standing from "documents/standing.graphql";
import versions from "documents/versions.graphql";
import type { VersionsSubscription } from "../generated/operations";
import { ask, request } from "./client";
import { eventsOf } from "./events";
import { Problem } from "./problem";
import { back, pause, visible } from "./server";
import { session, token } from "./token";

/** Counts the versions that someone took: every question is then asked anew. */
export const taken = signal(0);

const shown = signal<string | null>(null);
const newest = signal<string | null>(null);

/** True if the server has read documents that the answers on the page do not know. */
export const newer = computed(
  () => shown.value !== null && newest.value !== null && shown.value !== newest.value,
);

/** Notes the version that the server serves. The first one is the one that is shown. */
export function served(name: string): void {
  batch(() => {
    shown.value ??= name;
    newest.value = name;
  });
}

/** Shows the newest version from now on. */
export function take(): void {
  batch(() => {
    shown.value = newest.peek();
    taken.value = taken.peek() + 1;
  });
}

/** Follows the versions of a server with a ledger, while somebody sees the page. */
export function followVersions(): void {
  let person = session.peek();
  effect(() => {
    token.value;
    back.value;
    if (session.value !== person) {
      person = session.value;
      shown.value = newest.value = null;
    }
    if (!visible.value) return;
    const abort = new AbortController();
    listen(abort.signal);
    return () => abort.abort();
  });
}

/** What came of a stream: events, none, or a reason why there is none until something changes. */
type Outcome = "told" | "silent" | "refused";

async function listen(abort: AbortSignal): Promise<void> {
  for (let tries = 1; !abort.aborted; tries++) {
    const outcome = await stream(abort).catch(outcomeOf);
    if (outcome === "refused") return;
    if (outcome === "told") tries = 1;
    await rest(pause(tries), abort);
  }
}

/** Without news the page answers as before, so that no failure of a stream is told. */
function outcomeOf(thrown: unknown): Outcome {
  if (!(thrown instanceof Problem)) return "silent";
  // Another token, and a server that is back, begin anew.
  return thrown.code === "NETWORK" || denied(thrown.status) ? "refused" : "silent";
}

function denied(status: number): boolean {
  return status >= 400 && status < 500 && status !== 429;
}

/**
 * Reads one stream to its end.
 *
 * Each one begins with the version that is served, so that nothing is missed between two of them.
 */
async function stream(abort: AbortSignal): Promise<Outcome> {
  const { graph } = await ask(standing, {}, abort);
  if (!graph) return "silent";
  served(graph.version);
  if (graph.position === null) return "refused"; // no ledger, or a token that sees a part of it
  const body = JSON.stringify({ documentId: versions.id });
  const response = await request(body, abort, { accept: "text/event-stream" });
  if (!response.ok) return denied(response.status) ? "refused" : "silent";
  let outcome: Outcome = "silent";
  for await (const { name, data } of eventsOf(response)) {
    if (name !== "next") continue;
    const answer = JSON.parse(data) as { data?: VersionsSubscription | null };
    if (!answer.data) return "silent";
    served(answer.data.changes.after);
    outcome = "told";
  }
  return outcome;
}

function rest(milliseconds: number, abort: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, milliseconds);
    abort.addEventListener("abort", () => {
      clearTimeout(timer);
      done();
    });
  });
}
