// urql with Graphcache, which reads the schema: what a node fetched again by its id says is in the lists that have it.
import { readFileSync } from "node:fs";
import { Client, fetchExchange, gql } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { buildSchema, introspectionFromSchema, isObjectType } from "graphql";

const built = buildSchema(readFileSync("schema.graphql", "utf8"));
const embedded = Object.values(built.getTypeMap()).filter((type) => isObjectType(type) && !type.getFields().id);
const warnings = [];
const cache = cacheExchange({
  schema: introspectionFromSchema(built),
  keys: Object.fromEntries(embedded.map(({ name }) => [name, () => null])),
  logger: (_, text) => warnings.push(text),
});
let requests = 0;
const counting = (...given) => (requests++, fetch(...given));
const exchanges = [cache, fetchExchange];
const client = new Client({ url: process.argv[2], exchanges, fetch: counting, preferGetMethod: false });

async function answer(sent) {
  const { data, error } = await sent.toPromise();
  if (error) throw error;
  return data;
}

const LISTED = gql`{ identity(by: { id: "6" }) { id reach(first: 50) { nodes { resource { id ... on Business { name } } } } } }`;
const NODE = gql`query ($id: ID!) { node(id: $id) { id ... on Business { name } } }`;
const INGEST = gql`mutation ($documents: [JSON!]!) { ingest(documents: $documents) { token } }`;
const document = (name) => ({
  response: { id: 6, business_memberships: [{ id: 19, role: "owner", business: { id: 45, name } }] },
});

const ingest = async (name) => (await answer(client.mutation(INGEST, { documents: [document(name)] }))).ingest.token;
const names = async () => (await answer(client.query(LISTED, {}))).identity.reach.nodes.map(({ resource }) => resource);
const served = async (atLeast) => answer(client.query(gql`query ($atLeast: String) { graph(atLeast: $atLeast) { version } }`, { atLeast }));

await served(await ingest("before"));
const before = await names();
await served(await ingest("after"));
const { node } = await answer(client.query(NODE, { id: "business:45" }, { requestPolicy: "network-only" }));
const asked = requests;
const after = await names();
console.log(JSON.stringify({ before, node, after, again: requests - asked, warnings }));
