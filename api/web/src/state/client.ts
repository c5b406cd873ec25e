// Questions to the GraphQL API: trusted documents by id, answers as data, failures as problems.
import { parsed } from "../visible";
import { Problem } from "./problem";
import { heard, unheard } from "./server";
import { refused, token } from "./token";

/** A trusted document, with the types of its answer and its variables. */
export interface Document<Answer, Variables> {
  readonly id: string;
  readonly text: string;
  /** Carries the types; never there. */
  readonly types?: [Answer, Variables];
}

interface Body<Answer> {
  data?: Answer | null;
  errors?: { message: string; extensions?: { code?: string } }[];
}

const HEADERS = {
  "content-type": "application/json",
  accept: "application/graphql-response+json",
};

/**
 * Asks a document and returns its data.
 *
 * Throws a Problem if there is no answer, or if any field of it failed; an AbortError if `abort`
 * ends the question.
 */
export async function ask<Answer, Variables>(
  document: Document<Answer, Variables>,
  variables: Variables,
  abort?: AbortSignal,
): Promise<Answer> {
  const sent = token.peek();
  const response = await request(JSON.stringify({ documentId: document.id, variables }), abort);
  const body = (await response
    .text()
    .then(parsed)
    .catch(() => ({}))) as Body<Answer>;
  const [error] = body.errors ?? [];
  if (error || !response.ok) {
    const message = error?.message ?? `the server answered ${response.status}`;
    if (response.status === 401) refused(sent, message);
    const code = error?.extensions?.code ?? "ERROR";
    throw new Problem(code, message, response.status, waiting(response));
  }
  if (!body.data) throw new Problem("NO_DATA", "the answer has no data", 200);
  return body.data;
}

/** Sends a request to the API, with the token. Throws a Problem NETWORK if no server answers. */
export async function request(
  body: string,
  abort?: AbortSignal,
  headers: Record<string, string> = {},
): Promise<Response> {
  const sent = token.peek() ? { authorization: `Bearer ${token.peek()}` } : {};
  try {
    const response = await fetch("graphql", {
      method: "POST",
      headers: { ...HEADERS, ...sent, ...headers },
      body,
      credentials: "omit",
      ...(abort && { signal: abort }),
    });
    heard();
    return response;
  } catch (thrown) {
    if (abort?.aborted) throw thrown;
    unheard();
    throw new Problem("NETWORK", "the server does not answer", 0);
  }
}

function waiting(response: Response): number | null {
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds : null;
}
