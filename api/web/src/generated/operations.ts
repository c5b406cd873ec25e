/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** How alive a path or an access is, best first. */
export type AccessState =
  /** Nothing known stands in its way. */
  | 'ACTIVE'
  /** Something known suspends it, and the reasons say what. */
  | 'LATENT';

/** How sure a path is, best first. */
export type Certainty =
  /** Connected, which is not access. */
  | 'ASSOCIATED'
  /** It passes through a business that the identity controls: by rule, not by record. */
  | 'INFERRED'
  /** Each step is a record that names this identity's own grant. */
  | 'STATED';

/** The field of a node that a text was found in, the best first. */
export type MatchField =
  /** The email of an identity. */
  | 'EMAIL'
  /** The printed or the native id. */
  | 'ID'
  /** The name of a business, or the first and last name of an identity. */
  | 'NAME';

/** The place of a text in a field, the best first. */
export type MatchPlace =
  /** The text is the whole field. */
  | 'EXACT'
  /** The field begins with the text; or the last name of an identity does. */
  | 'PREFIX'
  /** The text is somewhere in the field. */
  | 'WITHIN';

/** The four kinds of node. Every kind of id counts separately. */
export type NodeKind =
  /** The accounting system that a business may keep. */
  | 'ACCOUNT'
  /** A business, the scope of most calls of the service. */
  | 'BUSINESS'
  /** A group of people: everyone in a business, or a project. */
  | 'GROUP'
  /** A person, known by one email across the service. */
  | 'IDENTITY';

/** Canonical roles; the documents' own words are kept beside them. */
export type Role =
  /** Accounting items such as reports and expense categorisation. */
  | 'ACCOUNTANT'
  /** An additional identity with full access; the documents' word is `business_partner`. */
  | 'ADMIN'
  /** Has received an invoice from the business and saved it. */
  | 'CLIENT'
  /** Has a business of their own; tracks time for this one and invoices it. */
  | 'CONTRACTOR'
  /** Own expenses, projects and time tracking. */
  | 'EMPLOYEE'
  /** Without access to full financial reports and information. */
  | 'MANAGER'
  /** The primary identity of the business. */
  | 'OWNER'
  /** Some member of the team; the older dialect does not say which. */
  | 'STAFF'
  /** A word that is in no table: kept as spelled, never hidden, never control. */
  | 'UNKNOWN';

export type MatrixAccountQueryVariables = Exact<{
  id: string | number;
  first?: number | null | undefined;
  after?: string | null | undefined;
  at?: string | null | undefined;
}>;


export type MatrixAccountQuery = { graph: { account: { id: string, label: string, reachedBy: { totalCount: number, truncated: boolean, coverage: { complete: boolean, notes: Array<string> }, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ roles: Array<Role>, certainty: Certainty, state: AccessState, contested: boolean, principal: { id: string, label: string } }> } } | null } | null };

export type MatrixAccountPeopleFragment = { totalCount: number, truncated: boolean, coverage: { complete: boolean, notes: Array<string> }, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ roles: Array<Role>, certainty: Certainty, state: AccessState, contested: boolean, principal: { id: string, label: string } }> };

export type MatrixBusinessQueryVariables = Exact<{
  id: string | number;
  first?: number | null | undefined;
  after?: string | null | undefined;
  at?: string | null | undefined;
}>;


export type MatrixBusinessQuery = { graph: { business: { id: string, label: string, reachedBy: { totalCount: number, truncated: boolean, coverage: { complete: boolean, notes: Array<string> }, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ roles: Array<Role>, certainty: Certainty, state: AccessState, contested: boolean, principal: { id: string, label: string } }> } } | null } | null };

export type MatrixBusinessPeopleFragment = { totalCount: number, truncated: boolean, coverage: { complete: boolean, notes: Array<string> }, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ roles: Array<Role>, certainty: Certainty, state: AccessState, contested: boolean, principal: { id: string, label: string } }> };

export type MatrixColumnsQueryVariables = Exact<{
  first?: number | null | undefined;
  at?: string | null | undefined;
}>;


export type MatrixColumnsQuery = { graph: { businessCount: number, mostExposed: Array<
      | { id: string, label: string }
      | { id: string, label: string }
      | { id: string, label: string }
      | { id: string, label: string }
    > | null } | null };

export type MatrixPeopleQueryVariables = Exact<{
  ids: Array<string | number> | string | number;
  first?: number | null | undefined;
  at?: string | null | undefined;
}>;


export type MatrixPeopleQuery = { graph: { nodes: Array<
      | { __typename: 'Account', id: string, label: string }
      | { __typename: 'Business', id: string, label: string }
      | { __typename: 'Group', id: string, label: string }
      | { __typename: 'Identity', id: string, label: string, reach: { totalCount: number, truncated: boolean, coverage: { complete: boolean, notes: Array<string> }, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ roles: Array<Role>, certainty: Certainty, state: AccessState, contested: boolean, resource:
              | { __typename: 'Account', id: string, label: string, business: { id: string, label: string } | null }
              | { __typename: 'Business', id: string, label: string }
              | { __typename: 'Group', id: string, label: string }
              | { __typename: 'Identity', id: string, label: string }
             }> } }
     | null> | null } | null };

export type MatrixPeoplePlacesFragment = { totalCount: number, truncated: boolean, coverage: { complete: boolean, notes: Array<string> }, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ roles: Array<Role>, certainty: Certainty, state: AccessState, contested: boolean, resource:
      | { __typename: 'Account', id: string, label: string, business: { id: string, label: string } | null }
      | { __typename: 'Business', id: string, label: string }
      | { __typename: 'Group', id: string, label: string }
      | { __typename: 'Identity', id: string, label: string }
     }> };

export type MatrixPersonQueryVariables = Exact<{
  id: string | number;
  first?: number | null | undefined;
  after?: string | null | undefined;
  at?: string | null | undefined;
}>;


export type MatrixPersonQuery = { graph: { identity: { id: string, label: string, reach: { totalCount: number, truncated: boolean, coverage: { complete: boolean, notes: Array<string> }, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ roles: Array<Role>, certainty: Certainty, state: AccessState, contested: boolean, resource:
            | { __typename: 'Account', id: string, label: string, business: { id: string, label: string } | null }
            | { __typename: 'Business', id: string, label: string }
            | { __typename: 'Group', id: string, label: string }
            | { __typename: 'Identity', id: string, label: string }
           }> } } | null } | null };

export type MatrixPersonPlacesFragment = { totalCount: number, truncated: boolean, coverage: { complete: boolean, notes: Array<string> }, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ roles: Array<Role>, certainty: Certainty, state: AccessState, contested: boolean, resource:
      | { __typename: 'Account', id: string, label: string, business: { id: string, label: string } | null }
      | { __typename: 'Business', id: string, label: string }
      | { __typename: 'Group', id: string, label: string }
      | { __typename: 'Identity', id: string, label: string }
     }> };

export type SuggestQueryVariables = Exact<{
  text: string;
  kinds?: Array<NodeKind> | NodeKind | null | undefined;
  at?: string | null | undefined;
}>;


export type SuggestQuery = { graph: { search: { edges: Array<{ match: { field: MatchField, place: MatchPlace }, node:
          | { __typename: 'Account', subscriptionStatus: string | null, id: string, label: string, business: { id: string, label: string } | null }
          | { __typename: 'Business', active: boolean | null, id: string, label: string, account: { id: string } | null }
          | { __typename: 'Group', id: string, label: string }
          | { __typename: 'Identity', email: string | null, firstName: string | null, lastName: string | null, observed: boolean, id: string, label: string }
         }> } | null } | null };
