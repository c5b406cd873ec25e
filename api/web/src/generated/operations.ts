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

/** How settled a rule is. */
export type RuleMaturity =
  /** Its meaning may change with a new minor version. */
  | 'EXPERIMENTAL'
  /** Its meaning stays. */
  | 'STABLE';

export type ChangesByCauseQueryVariables = Exact<{
  since: string;
  until?: string | null | undefined;
  kinds?: Array<ChangeKind> | ChangeKind | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  accesses?: number | null | undefined;
  accessesAfter?: string | null | undefined;
  at?: string | null | undefined;
}>;


export type ChangesByCauseQuery = { graph: { changesByCause: { totalCount: number, truncated: boolean, pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ cursor: string, node: { cause:
            | { __typename: 'GrantCause', id: string, witnessed: boolean, sentence: string, before: { label: string, roles: Array<Role>, evidenceCount: number, evidence: Array<{ recordId: string | null, pointer: string, document: { source: string, observedAt: string, sha256: string } }> } | null, after: { label: string, roles: Array<Role>, evidenceCount: number, evidence: Array<{ recordId: string | null, pointer: string, document: { source: string, observedAt: string, sha256: string } }> } | null }
            | { __typename: 'NodeCause', id: string, witnessed: boolean, sentence: string, before: { value: string, evidence: Array<{ recordId: string | null, pointer: string, document: { source: string, observedAt: string, sha256: string } }> } | null, after: { value: string, evidence: Array<{ recordId: string | null, pointer: string, document: { source: string, observedAt: string, sha256: string } }> } | null }
          , changes: { totalCount: number, counts: Array<{ kind: ChangeKind, count: number }>, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ kinds: Array<ChangeKind>, principal: { id: string, label: string }, resource:
                | { __typename: 'Account', id: string, label: string }
                | { __typename: 'Business', id: string, label: string }
                | { __typename: 'Group', id: string, label: string }
                | { __typename: 'Identity', id: string, label: string }
              , before: { roles: Array<Role>, certainty: Certainty, state: AccessState, contested: boolean } | null, after: { roles: Array<Role>, certainty: Certainty, state: AccessState, contested: boolean } | null }> } } }> } | null } | null };

export type ChangesByCauseGrantFragment = { label: string, roles: Array<Role>, evidenceCount: number, evidence: Array<{ recordId: string | null, pointer: string, document: { source: string, observedAt: string, sha256: string } }> };

export type ChangesByCauseAttributeFragment = { value: string, evidence: Array<{ recordId: string | null, pointer: string, document: { source: string, observedAt: string, sha256: string } }> };

export type ChangesByCauseRecordFragment = { recordId: string | null, pointer: string, document: { source: string, observedAt: string, sha256: string } };

export type ChangesByCauseAccessFragment = { roles: Array<Role>, certainty: Certainty, state: AccessState, contested: boolean };

export type ChangesCountQueryVariables = Exact<{
  since: string;
  until?: string | null | undefined;
  at?: string | null | undefined;
}>;


export type ChangesCountQuery = { graph: { changes: { totalCount: number, truncated: boolean, counts: Array<{ kind: ChangeKind, count: number }>, emails: { totalCount: number } } | null } | null };

export type ChangesExtentQueryVariables = Exact<{
  at?: string | null | undefined;
}>;


export type ChangesExtentQuery = { graph: { version: string, coverage: { complete: boolean, notes: Array<string>, oldest: string | null, newest: string | null } } | null };

export type FindingsOfRuleQueryVariables = Exact<{
  rule: string;
  severity?: FindingSeverity | null | undefined;
  suppressed: boolean;
  first?: number | null | undefined;
  after?: string | null | undefined;
  at?: string | null | undefined;
}>;


export type FindingsOfRuleQuery = { graph: { findings: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ cursor: string, node: { identity: string, severity: FindingSeverity, sentence: string, subjectIds: Array<string>, subjects: Array<
            | { __typename: 'Account', id: string, label: string }
            | { __typename: 'Business', id: string, label: string }
            | { __typename: 'Group', id: string, label: string }
            | { __typename: 'Identity', id: string, label: string }
          >, suppressed: { reason: string, expires: string } | null } }> } | null } | null };

export type FindingsRecordsQueryVariables = Exact<{
  rule: string;
  severity?: FindingSeverity | null | undefined;
  suppressed: boolean;
  after?: string | null | undefined;
  at?: string | null | undefined;
}>;


export type FindingsRecordsQuery = { graph: { findings: { nodes: Array<{ identity: string, evidence: Array<{ record: string, source: string, pointer: string, observedAt: string, document: string }> }> } | null } | null };

export type FindingsRulesQueryVariables = Exact<{
  at?: string | null | undefined;
}>;


export type FindingsRulesQuery = { graph: { version: string, coverage: { complete: boolean, notes: Array<string> }, rules: Array<{ id: string, definition: string, population: string, remediation: string, severity: FindingSeverity, maturity: RuleMaturity }>, findings: { moment: string, totalCount: number, counts: Array<{ rule: string, severity: FindingSeverity, count: number, suppressed: number }>, populations: Array<{ rule: string, what: string, looked: number, unseen: number, notes: Array<string>, skipped: string | null }>, expiredSuppressions: Array<{ rule: string | null, finding: string | null, subject: string | null, reason: string, expires: string }> } | null } | null };

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
