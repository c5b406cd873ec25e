/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
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
