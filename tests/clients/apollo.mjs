// Apollo Client with persisted queries and a normalised cache, which learns from the schema which types are nodes.
import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { relayStylePagination } from "@apollo/client/utilities";
import { buildSchema, isAbstractType } from "graphql";

const schema = buildSchema(readFileSync("schema.graphql", "utf8"));
const abstract = Object.values(schema.getTypeMap()).filter(isAbstractType);
const possibleTypes = Object.fromEntries(
  abstract.map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]),
);

const requests = [];
const counting = async (url, options) => {
  const response = await fetch(url, options);
  const codes = ((await response.clone().json()).errors ?? []).map((each) => each.extensions.code);
  requests.push({ text: "query" in JSON.parse(options.body), codes });
  return response;
};
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const client = new ApolloClient({
  cache: new InMemoryCache({
    possibleTypes,
    typePolicies: { Identity: { fields: { reach: relayStylePagination() } } },
  }),
  link: ApolloLink.from([
    new PersistedQueryLink({ sha256 }),
    new HttpLink({ uri: process.argv[2], fetch: counting }),
  ]),
});

const reach = gql`query Reach($first: Int!, $after: String) {
  identity(by: { email: "b@example.com" }) {
    id
    reach(first: $first, after: $after) {
      edges { cursor node { resource { id label ... on Business { name } } } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;
const page = async (variables) => (await client.query({ query: reach, variables, fetchPolicy: "network-only" })).data.identity.reach;
const { endCursor } = (await page({ first: 4 })).pageInfo;
await page({ first: 4, after: endCursor });
const { edges } = client.readQuery({ query: reach, variables: { first: 4 } }).identity.reach;
const joined = edges.map(({ node }) => node.resource.id);

const business = gql`{ business(id: "77128") { id active label } }`;
await client.query({ query: business });
const cached = Object.keys(client.cache.extract()).filter((key) => key.endsWith(":business:77128"));
const whole = client.readFragment({
  id: "Business:business:77128",
  fragment: gql`fragment Seen on Business { id name active }`,
});
const before = requests.length;
await client.query({ query: business });
console.log(JSON.stringify({ joined, cached, whole, requests, again: requests.length - before }));
