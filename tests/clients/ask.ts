// The main question, asked with the generated types.
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { print } from "graphql";
import { ReachDocument } from "./client.js";

async function ask<Answer, Variables>(
  document: TypedDocumentNode<Answer, Variables>,
  variables: Variables,
): Promise<Answer> {
  const response = await fetch(process.argv[2]!, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json" },
    body: JSON.stringify({ query: print(document), variables }),
  });
  const { data, errors } = (await response.json()) as { data: Answer; errors?: unknown };
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

// @ts-expect-error: an email is a text
export const wrong = () => ask(ReachDocument, { email: 1 });

const { graph } = await ask(ReachDocument, { email: "b@example.com" });
const found: Array<[string, string]> = (graph?.identity?.reach.nodes ?? []).map((each) => [each.resource.id, each.state]);
console.log(JSON.stringify(found));
