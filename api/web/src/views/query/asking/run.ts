// One run of a question: sent, answered once or by a stream of events, and timed.
import { request } from "../../../state/client";
import { eventsOf } from "../../../state/events";
import { Problem } from "../../../state/problem";
import { signIn, token } from "../../../state/token";
import type { Place } from "./operations";

export const ACCEPT = {
  answer: "application/graphql-response+json",
  events: "text/event-stream",
} as const;

export interface Asked {
  /** The id of a trusted document, or any text. */
  document: { documentId: string } | { query: string };
  variables: Record<string, unknown>;
  operationName: string;
  streams: boolean;
}

export interface ResponseError {
  message: string;
  locations?: readonly Place[];
  path?: readonly (string | number)[];
  extensions?: { code?: string };
}

export interface Response {
  data?: unknown;
  errors?: readonly ResponseError[];
  extensions?: { cost?: Cost };
}

interface Cost {
  requested: number;
  actual?: number;
  maximum: number;
  throttle?: { limit?: number; remaining?: number };
}

/** The JSON that is sent. */
export const bodyOf = ({ document, variables, operationName }: Asked): string =>
  JSON.stringify({ ...document, variables, ...(operationName && { operationName }) });

/** Asks, and hands each response to `heard`: one for a query, one for each event of a stream. */
export async function run(
  asked: Asked,
  abort: AbortSignal,
  heard: (response: Response, bytes: number) => void,
): Promise<void> {
  const accept = asked.streams ? `${ACCEPT.events}, ${ACCEPT.answer}` : ACCEPT.answer;
  const response = await request(bodyOf(asked), abort, { accept });
  if (response.status === 401) signIn.value = token.peek() ? "refused" : "wanted";
  if (!response.headers.get("content-type")?.startsWith(ACCEPT.events)) {
    const text = await response.text();
    heard(parsed(text, response.status), text.length);
    return;
  }
  for await (const { name, data } of eventsOf(response)) {
    if (name === "complete") return;
    if (name === "next") heard(parsed(data), data.length);
  }
}

function parsed(text: string, status = 200): Response {
  try {
    return JSON.parse(text) as Response;
  } catch {
    throw new Problem("ERROR", `the server answered ${status} without JSON`, status);
  }
}
