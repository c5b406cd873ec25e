// The questions of a page that is written with Relay; only its compiler reads this file.
import { graphql } from "relay-runtime";

export const row = graphql`
  fragment questionsRow on Access {
    state
    roles
    resource { ...questionsNode }
  }
`;

export const node = graphql`
  fragment questionsNode on Node @refetchable(queryName: "questionsNodeQuery") {
    id
    label
    ... on Business { name active }
  }
`;

export const pages = graphql`
  fragment questionsReach on Identity
  @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "String" })
  @refetchable(queryName: "questionsReachPageQuery") {
    reach(first: $first, after: $after) @connection(key: "questionsReach_reach") {
      totalCount
      edges { node { ...questionsRow } }
    }
  }
`;

export const page = graphql`
  query questionsQuery($email: String!) {
    identity(by: { email: $email }) { id ...questionsReach }
  }
`;
