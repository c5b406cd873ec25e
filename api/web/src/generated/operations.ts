/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** What became of an access: at most one word each of its being there, its roles, its state and its certainty. */
export type ChangeKind =
  /** Its roles differ, and it has neither more capabilities nor fewer. */
  | 'CHANGED'
  /** It is new: the version before had read what would have shown it. */
  | 'GAINED'
  /** It has ended: the version after has read what would show it. */
  | 'LOST'
  /** It has fewer capabilities and gained none. */
  | 'LOWERED'
  /** It was stated and is now inferred only. */
  | 'NOW_INFERRED'
  /** It was inferred and is now stated by records. */
  | 'NOW_STATED'
  /** It is seen for the first time, and may have been there before. */
  | 'OBSERVED'
  /** It has more capabilities and lost none. */
  | 'RAISED'
  /** It was contested and is so no longer. */
  | 'SETTLED'
  /** It was latent and is active. */
  | 'TURNED_ACTIVE'
  /** Records contradict each other about it, and did not before. */
  | 'TURNED_CONTESTED'
  /** It was active and is latent. */
  | 'TURNED_LATENT'
  /** It is no longer seen, and need not have ended. */
  | 'UNOBSERVED';

/** How bad a finding is, the least first. */
export type FindingSeverity =
  /** To be looked at now; no rule says so unless the policy does. */
  | 'CRITICAL'
  /** To be looked at soon. */
  | 'HIGH'
  /** Worth knowing, and nothing to act on by itself. */
  | 'INFO'
  /** To be tidied up. */
  | 'LOW'
  /** To be looked at in the next review. */
  | 'MEDIUM';

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

export type MomentQueryVariables = Exact<{
  at: string;
}>;


export type MomentQuery = { past: { documentCount: number } | null, graph: { documentCount: number, coverage: { oldest: string | null } } | null };

export type StandingQueryVariables = Exact<{ [key: string]: never; }>;


export type StandingQuery = { graph: { version: string, position: number | null } | null };

export type StartChangesQueryVariables = Exact<{
  since: string;
  until?: string | null | undefined;
  at?: string | null | undefined;
}>;


export type StartChangesQuery = { graph: { changes: { totalCount: number, truncated: boolean, counts: Array<{ kind: ChangeKind, count: number }> } | null } | null };

export type StartExposedQueryVariables = Exact<{
  at?: string | null | undefined;
  first: number;
}>;


export type StartExposedQuery = { graph: { mostExposed: Array<
      | { id: string, label: string }
      | { id: string, label: string, exposure: { total: number, inferred: number, latent: number, contested: number } }
      | { id: string, label: string }
      | { id: string, label: string }
    > | null } | null };

export type StartFindingsQueryVariables = Exact<{
  at?: string | null | undefined;
}>;


export type StartFindingsQuery = { graph: { findings: { totalCount: number, moment: string, counts: Array<{ rule: string, severity: FindingSeverity, count: number, suppressed: number }>, populations: Array<{ rule: string, notes: Array<string>, skipped: string | null }> } | null } | null };

export type StartGraphQueryVariables = Exact<{
  at?: string | null | undefined;
}>;


export type StartGraphQuery = { graph: { builtAt: string, documentCount: number, identityCount: number, businessCount: number, accountCount: number, grantCount: number, issueCount: number, coverage: { complete: boolean, notes: Array<string>, identitiesObserved: number, teamsObserved: number, newest: string | null } } | null };

export type StartWidestQueryVariables = Exact<{
  at?: string | null | undefined;
  first: number;
}>;


export type StartWidestQuery = { graph: { largestBlastRadius: Array<{ id: string, label: string, blastRadius: { total: number, inferred: number, latent: number, contested: number } }> | null } | null };

export type SubjectQueryVariables = Exact<{
  ids: Array<string | number> | string | number;
  at?: string | null | undefined;
}>;


export type SubjectQuery = { graph: { nodes: Array<
      | { id: string, label: string }
      | { id: string, label: string }
      | { id: string, label: string }
      | { id: string, label: string }
     | null> | null } | null };

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

export type VersionsSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type VersionsSubscription = { changes: { after: string } };
