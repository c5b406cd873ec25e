// A stream as the client of the protocol's authors reads it: from the start, while a document comes in, and once more.
import { createClient } from "graphql-sse";

const url = process.argv[2];
const query = `subscription ($since: String) { changes(since: $since) {
  cursor changes { principal { id } resource { id } } } }`;
const ingest = `mutation { ingest(documents: [
  { response: { id: 5, business_memberships: [{ id: 9, role: "owner", business: { id: 44 } }] } }]) { token } }`;

const client = createClient({ url, retryAttempts: 0 });
const results = (given) => client.iterate({ query, ...given });
const seen = ({ data }) => data.changes.changes.map((each) => [each.principal.id, each.resource.id]);

const found = { events: [], again: [] };
let cursor;
for await (const result of results({ variables: { since: "ledger:0" } })) {
  found.events.push(seen(result));
  if (found.events.length === 2) break;
  cursor = result.data.changes.cursor;
  const headers = { "content-type": "application/json" };
  await fetch(url, { method: "POST", headers, body: JSON.stringify({ query: ingest }) });
}
for await (const result of results({ variables: { since: cursor } })) {
  found.again.push(seen(result));
  break;
}
for await (const { data } of results({ query: "{ graph { documents } }" })) found.documents = data.graph.documents;
for await (const { errors } of results({ variables: { since: "x" } })) found.code = errors[0].extensions.code;
client.dispose();
console.log(JSON.stringify(found));
