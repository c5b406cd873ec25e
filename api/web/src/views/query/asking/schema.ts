// The schema of the server, for completion. It is read once for each token.
import { buildSchema, type GraphQLSchema } from "graphql";
import { Problem } from "../../../state/problem";
import { signIn, token } from "../../../state/token";

let read: { by: string; schema: Promise<GraphQLSchema> } | null = null;

/** Reads the schema. Throws a Problem where the server does not give it. */
export function schema(): Promise<GraphQLSchema> {
  const by = token.peek();
  if (read?.by !== by) {
    const asked = fetched(by);
    read = { by, schema: asked };
    asked.catch(() => {
      read = null; // the next look asks again
    });
  }
  return read.schema;
}

async function fetched(by: string): Promise<GraphQLSchema> {
  const response = await fetch("schema.graphql", {
    headers: by ? { authorization: `Bearer ${by}` } : {},
    credentials: "omit",
  }).catch(() => {
    throw new Problem("NETWORK", "the server does not answer", 0);
  });
  if (response.status === 401) signIn.value = by ? "refused" : "wanted";
  if (!response.ok)
    throw new Problem("ERROR", `the server answered ${response.status}`, response.status);
  return buildSchema(await response.text(), { assumeValidSDL: true });
}
