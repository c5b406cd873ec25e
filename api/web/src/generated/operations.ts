/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** Which accesses are asked for; everything not given is allowed. `via`, `avoid` and `maxSteps` drop paths; what remains of an access is then kept if it has any of `roles`, any of `capabilities`, this `certainty` and this `state`, and is `contested` or not. */
export type AccessFilter = {
  /** No paths through these nodes or grants, by their ids. */
  avoid?: Array<string | number> | null | undefined;
  /** Any of these capabilities. */
  capabilities?: Array<Capability> | null | undefined;
  /** This certainty. */
  certainty?: Certainty | null | undefined;
  /** True: only accesses of which a role is contested. False: only the others. */
  contested?: boolean | null | undefined;
  /** No paths of more steps. */
  maxSteps?: number | null | undefined;
  /** Any of these roles. */
  roles?: Array<Role> | null | undefined;
  /** This state. */
  state?: AccessState | null | undefined;
  /** Only paths over these relations; KEEPS is always allowed. */
  via?: Array<Relation> | null | undefined;
};

/** An order of accesses; equal ones follow BEST. */
export type AccessOrder =
  /** By certainty, state, distance and printed id. */
  | 'BEST'
  /** The nearest first. */
  | 'DISTANCE'
  /** By the printed id of the other end. */
  | 'ID'
  /** By the email of the identity, or the name of the business; accounts come last. */
  | 'NAME'
  /** By the first role, as roles are listed. */
  | 'ROLE'
  /** Active ones first. */
  | 'STATE';

/** How alive a path or an access is, best first. */
export type AccessState =
  /** Nothing known stands in its way. */
  | 'ACTIVE'
  /** Something known suspends it, and the reasons say what. */
  | 'LATENT';

/** What a role lets a person do, by the policy's table. */
export type Capability =
  /** Track time as a contractor. */
  | 'CONTRACT_TIME_TRACKING'
  /** Categorise expenses. */
  | 'EXPENSE_CATEGORISATION'
  /** Read financial reports. */
  | 'FINANCIAL_REPORTS'
  /** Everything in the business. */
  | 'FULL_ACCESS'
  /** Send invoices to the business. */
  | 'INVOICE_THE_BUSINESS'
  /** The daily work of the business, without full financial reports. */
  | 'OPERATIONS'
  /** Their own expenses. */
  | 'OWN_EXPENSES'
  /** Be the primary identity of the business. */
  | 'PRIMARY_IDENTITY'
  /** Projects. */
  | 'PROJECTS'
  /** See the invoices that the business sent them. */
  | 'RECEIVED_INVOICES'
  /** Be listed as a member of the team. */
  | 'TEAM_MEMBER'
  /** Track time as a member of the team. */
  | 'TIME_TRACKING';

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

/** What becomes of an access. */
export type Fate =
  /** It stays, with something less and something more. */
  | 'CHANGED'
  /** It ends. */
  | 'ENDS'
  /** It is new. */
  | 'GAINED'
  /** It stays with fewer or other capabilities, latent, inferred only or contested. */
  | 'LOWERED'
  /** It stays with more capabilities, turns active, or is now stated. */
  | 'RAISED'
  /** It stays as it was by other paths. */
  | 'STAYS';

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

/** How the moment of a document is known, surest first. */
export type MomentSource =
  /** Its envelope says it. */
  | 'ENVELOPE'
  /** Only the modification time of its file says it: a copied file may be newer than what it shows. */
  | 'FILE'
  /** Whoever handed it in says it: an option, a collector, or the API at arrival. */
  | 'GIVEN';

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

/** The kinds of edge, each from a principal to a resource. */
export type Relation =
  /** A business is a client of the account of a vendor. */
  | 'CLIENT'
  /** An identity is in a group that is not known to be business-level. */
  | 'GROUP'
  /** A group is of a business. */
  | 'GROUP_OF'
  /** A business keeps an account: the same scope under two ids. */
  | 'KEEPS'
  /** An identity is a member of a business. */
  | 'MEMBER'
  /** An identity has a role on an account, which no membership states. */
  | 'ROLE';

/** A decision about one item. */
export type ReviewAnswer = {
  /** The item's fingerprint, or its beginning: STALE_DECISION if that is another. */
  expect?: string | null | undefined;
  /** The number of the item. */
  item: number;
  /** The id of the decision that counted when the item was shown, `0` for none: DECIDED_SINCE if another one counts by now. */
  seen?: string | number | null | undefined;
  /** What is decided; not WITHDRAWN, which is BAD_DECISION. */
  verdict: ReviewVerdict;
  /** The reason; needed unless it is KEEP. */
  why?: string | null | undefined;
};

/** Which items of a campaign; everything not given is allowed. */
export type ReviewFilter = {
  /** Only of this certainty. */
  certainty?: Certainty | null | undefined;
  /** Only those with a contested role, or only those without. */
  contested?: boolean | null | undefined;
  /** Only those with a decision, or only those without. */
  decided?: boolean | null | undefined;
  /** Only of this identity, business (with the accounts it keeps) or account, by its node id. */
  of?: string | number | null | undefined;
  /** Only those that are in the campaign for this reason. */
  opened?: ReviewOpened | null | undefined;
  /** Only with this role. */
  role?: Role | null | undefined;
  /** Only in this state. */
  state?: AccessState | null | undefined;
  /** Only those with this text in a name, email or id at either end; ASCII letters in either case. */
  text?: string | null | undefined;
  /** Only those whose last decision says this. */
  verdict?: ReviewVerdict | null | undefined;
};

/** Why an item is in a campaign: as the campaign before left it, if there was one. */
export type ReviewOpened =
  /** It was kept, and nothing about it has changed: the decision counts again. */
  | 'CARRIED'
  /** It was kept, and something about it has changed. */
  | 'CHANGED'
  /** The campaign before did not have it, or there was none. */
  | 'NEW'
  /** It was to be revoked, and is still there. */
  | 'STILL_THERE'
  /** Nothing had been decided. */
  | 'UNDECIDED'
  /** The decision was that nobody could tell. */
  | 'UNSURE';

/** An order of the items of a campaign. */
export type ReviewOrder =
  /** By the node id of the business, and there by risk. */
  | 'BUSINESS'
  /** By the name of the person, and there by risk. */
  | 'PERSON'
  /** What was revoked and still stands, then the riskiest: the order of their numbers. */
  | 'RISK';

/** Which accesses a campaign is about; everything not given is in it. */
export type ReviewScopeInput = {
  /** Only of this certainty. */
  certainty?: Certainty | null | undefined;
  /** True: only with a contested role. False: only without one. */
  contested?: boolean | null | undefined;
  /** Only of these identities, by their node ids or emails. */
  identities?: Array<string | number> | null | undefined;
  /** Only to businesses, or to accounts. */
  kinds?: Array<NodeKind> | null | undefined;
  /** Only to these businesses and accounts, exactly these, by their node ids. */
  resources?: Array<string | number> | null | undefined;
  /** Only with any of these roles. */
  roles?: Array<Role> | null | undefined;
  /** Only in this state. */
  state?: AccessState | null | undefined;
};

/** What was decided about an access. */
export type ReviewVerdict =
  /** It may stay. */
  | 'KEEP'
  /** It must go; somebody has to do that where the access was given. */
  | 'REVOKE'
  /** Somebody looked and cannot tell: the next campaign asks again. */
  | 'UNSURE'
  /** In histories alone: the decision before it was taken back by its decider. */
  | 'WITHDRAWN';

/** A decision that is taken back. */
export type ReviewWithdrawal = {
  /** The id of the decision that counts: DECIDED_SINCE if another one does by now. */
  decision: string | number;
  /** The number of the item. */
  item: number;
};

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

export type AnswerBundlesQueryVariables = Exact<{
  id: string | number;
  at?: string | null | undefined;
  filter?: AccessFilter | null | undefined;
  after?: string | null | undefined;
  first?: number | null | undefined;
  members?: number | null | undefined;
}>;


export type AnswerBundlesQuery = { graph: { node:
      | { __typename: 'Account', id: string, label: string, reachedBy: { bundles: { version: string, totalCount: number, truncated: boolean, nodes: Array<{ relation: Relation, role: Role | null, certainty: Certainty, state: AccessState, count: number, scopes: number, scopesBeyond: number, after: string | null, parent:
                | { __typename: 'Account', id: string, label: string, business: { id: string, label: string } | null }
                | { __typename: 'Business', active: boolean | null, id: string, label: string, account: { id: string } | null }
                | { __typename: 'Group', id: string, label: string }
                | { __typename: 'Identity', firstName: string | null, lastName: string | null, observed: boolean, id: string, label: string }
              , members: Array<
                | { __typename: 'Account', id: string, label: string, business: { id: string, label: string } | null }
                | { __typename: 'Business', active: boolean | null, id: string, label: string, account: { id: string } | null }
                | { __typename: 'Group', id: string, label: string }
                | { __typename: 'Identity', firstName: string | null, lastName: string | null, observed: boolean, id: string, label: string }
              > }> } }, business: { id: string, label: string } | null }
      | { __typename: 'Business', active: boolean | null, id: string, label: string, reachedBy: { bundles: { version: string, totalCount: number, truncated: boolean, nodes: Array<{ relation: Relation, role: Role | null, certainty: Certainty, state: AccessState, count: number, scopes: number, scopesBeyond: number, after: string | null, parent:
                | { __typename: 'Account', id: string, label: string, business: { id: string, label: string } | null }
                | { __typename: 'Business', active: boolean | null, id: string, label: string, account: { id: string } | null }
                | { __typename: 'Group', id: string, label: string }
                | { __typename: 'Identity', firstName: string | null, lastName: string | null, observed: boolean, id: string, label: string }
              , members: Array<
                | { __typename: 'Account', id: string, label: string, business: { id: string, label: string } | null }
                | { __typename: 'Business', active: boolean | null, id: string, label: string, account: { id: string } | null }
                | { __typename: 'Group', id: string, label: string }
                | { __typename: 'Identity', firstName: string | null, lastName: string | null, observed: boolean, id: string, label: string }
              > }> } }, account: { id: string } | null }
      | { __typename: 'Group', id: string, label: string }
      | { __typename: 'Identity', firstName: string | null, lastName: string | null, observed: boolean, id: string, label: string, reach: { bundles: { version: string, totalCount: number, truncated: boolean, nodes: Array<{ relation: Relation, role: Role | null, certainty: Certainty, state: AccessState, count: number, scopes: number, scopesBeyond: number, after: string | null, parent:
                | { __typename: 'Account', id: string, label: string, business: { id: string, label: string } | null }
                | { __typename: 'Business', active: boolean | null, id: string, label: string, account: { id: string } | null }
                | { __typename: 'Group', id: string, label: string }
                | { __typename: 'Identity', firstName: string | null, lastName: string | null, observed: boolean, id: string, label: string }
              , members: Array<
                | { __typename: 'Account', id: string, label: string, business: { id: string, label: string } | null }
                | { __typename: 'Business', active: boolean | null, id: string, label: string, account: { id: string } | null }
                | { __typename: 'Group', id: string, label: string }
                | { __typename: 'Identity', firstName: string | null, lastName: string | null, observed: boolean, id: string, label: string }
              > }> } } }
     | null } | null };

export type AnswerBundlesListFragment = { version: string, totalCount: number, truncated: boolean, nodes: Array<{ relation: Relation, role: Role | null, certainty: Certainty, state: AccessState, count: number, scopes: number, scopesBeyond: number, after: string | null, parent:
      | { __typename: 'Account', id: string, label: string, business: { id: string, label: string } | null }
      | { __typename: 'Business', active: boolean | null, id: string, label: string, account: { id: string } | null }
      | { __typename: 'Group', id: string, label: string }
      | { __typename: 'Identity', firstName: string | null, lastName: string | null, observed: boolean, id: string, label: string }
    , members: Array<
      | { __typename: 'Account', id: string, label: string, business: { id: string, label: string } | null }
      | { __typename: 'Business', active: boolean | null, id: string, label: string, account: { id: string } | null }
      | { __typename: 'Group', id: string, label: string }
      | { __typename: 'Identity', firstName: string | null, lastName: string | null, observed: boolean, id: string, label: string }
    > }> };

type AnswerBundlesNode_Account_Fragment = { __typename: 'Account', id: string, label: string, business: { id: string, label: string } | null };

type AnswerBundlesNode_Business_Fragment = { __typename: 'Business', active: boolean | null, id: string, label: string, account: { id: string } | null };

type AnswerBundlesNode_Group_Fragment = { __typename: 'Group', id: string, label: string };

type AnswerBundlesNode_Identity_Fragment = { __typename: 'Identity', firstName: string | null, lastName: string | null, observed: boolean, id: string, label: string };

export type AnswerBundlesNodeFragment =
  | AnswerBundlesNode_Account_Fragment
  | AnswerBundlesNode_Business_Fragment
  | AnswerBundlesNode_Group_Fragment
  | AnswerBundlesNode_Identity_Fragment
;

export type AnswerChoiceQueryVariables = Exact<{
  principal: string | number;
  resource: string | number;
  at?: string | null | undefined;
}>;


export type AnswerChoiceQuery = { graph: { access: { roles: Array<Role>, certainty: Certainty, state: AccessState, stateReasons: Array<string>, contested: boolean, contestedRoles: Array<Role>, contradictions: Array<{ code: string, sentence: string }>, paths: { nodes: Array<{ sentence: string, steps: Array<{ relation: Relation, role: Role | null, certainty: Certainty, state: AccessState, from:
              | { __typename: 'Account', id: string, label: string, business: { id: string, label: string } | null }
              | { __typename: 'Business', active: boolean | null, id: string, label: string, account: { id: string } | null }
              | { __typename: 'Group', id: string, label: string }
              | { __typename: 'Identity', firstName: string | null, lastName: string | null, observed: boolean, id: string, label: string }
            , to:
              | { __typename: 'Account', id: string, label: string, business: { id: string, label: string } | null }
              | { __typename: 'Business', active: boolean | null, id: string, label: string, account: { id: string } | null }
              | { __typename: 'Group', id: string, label: string }
              | { __typename: 'Identity', firstName: string | null, lastName: string | null, observed: boolean, id: string, label: string }
             }> }> } } | null } | null };

type AnswerChoiceNode_Account_Fragment = { __typename: 'Account', id: string, label: string, business: { id: string, label: string } | null };

type AnswerChoiceNode_Business_Fragment = { __typename: 'Business', active: boolean | null, id: string, label: string, account: { id: string } | null };

type AnswerChoiceNode_Group_Fragment = { __typename: 'Group', id: string, label: string };

type AnswerChoiceNode_Identity_Fragment = { __typename: 'Identity', firstName: string | null, lastName: string | null, observed: boolean, id: string, label: string };

export type AnswerChoiceNodeFragment =
  | AnswerChoiceNode_Account_Fragment
  | AnswerChoiceNode_Business_Fragment
  | AnswerChoiceNode_Group_Fragment
  | AnswerChoiceNode_Identity_Fragment
;

export type AnswerCountsQueryVariables = Exact<{
  id: string | number;
  at?: string | null | undefined;
  filter?: AccessFilter | null | undefined;
}>;


export type AnswerCountsQuery = { graph: { node:
      | { __typename: 'Account', reachedBy: { counts: { total: number, stated: number, inferred: number, active: number, latent: number, contested: number, byRole: Array<{ role: Role, count: number }> } } }
      | { __typename: 'Business', reachedBy: { counts: { total: number, stated: number, inferred: number, active: number, latent: number, contested: number, byRole: Array<{ role: Role, count: number }> } } }
      | { __typename: 'Group' }
      | { __typename: 'Identity', reach: { scopes: { counts: { total: number, stated: number, inferred: number, active: number, latent: number, contested: number, byRole: Array<{ role: Role, count: number }> } } } }
     | null } | null };

export type AnswerCountsFiguresFragment = { total: number, stated: number, inferred: number, active: number, latent: number, contested: number, byRole: Array<{ role: Role, count: number }> };

export type AnswerGroupQueryVariables = Exact<{
  id: string | number;
  at?: string | null | undefined;
}>;


export type AnswerGroupQuery = { graph: { node:
      | { id: string, label: string }
      | { id: string, label: string }
      | { businessLevel: boolean, id: string, label: string, business: { id: string, label: string } | null, members: { totalCount: number } }
      | { id: string, label: string }
     | null } | null };

export type AnswerReachQueryVariables = Exact<{
  id: string | number;
  at?: string | null | undefined;
  filter?: AccessFilter | null | undefined;
  sort?: AccessOrder | null | undefined;
  after?: string | null | undefined;
  first?: number | null | undefined;
  offset?: number | null | undefined;
  more?: boolean | null | undefined;
}>;


export type AnswerReachQuery = { graph: { node:
      | { __typename: 'Account', id: string, label: string, business: { id: string, label: string } | null }
      | { __typename: 'Business', active: boolean | null, id: string, label: string, account: { id: string } | null }
      | { __typename: 'Group', id: string, label: string }
      | { __typename: 'Identity', observed: boolean, firstName: string | null, lastName: string | null, id: string, label: string, reach: { version: string | null, totalCount: number, truncated: boolean, coverage?: { complete: boolean, notes: Array<string> }, edges: Array<{ cursor: string }>, scopes: { totalCount: number, counts: { total: number, stated: number, inferred: number, active: number, latent: number, contested: number, byRole: Array<{ role: Role, count: number }> }, nodes: Array<{ node:
                | { __typename: 'Account', id: string, label: string, business: { id: string, label: string } | null }
                | { __typename: 'Business', active: boolean | null, id: string, label: string, account: { id: string } | null }
                | { __typename: 'Group', id: string, label: string }
                | { __typename: 'Identity', firstName: string | null, lastName: string | null, id: string, label: string }
              , accesses: Array<{ roles: Array<Role>, certainty: Certainty, state: AccessState, contested: boolean, contestedRoles: Array<Role>, distance: number, resource:
                  | { id: string }
                  | { id: string }
                  | { id: string }
                  | { id: string }
                 }> }> } } }
     | null } | null };

type AnswerReachNode_Account_Fragment = { __typename: 'Account', id: string, label: string, business: { id: string, label: string } | null };

type AnswerReachNode_Business_Fragment = { __typename: 'Business', active: boolean | null, id: string, label: string, account: { id: string } | null };

type AnswerReachNode_Group_Fragment = { __typename: 'Group', id: string, label: string };

type AnswerReachNode_Identity_Fragment = { __typename: 'Identity', firstName: string | null, lastName: string | null, id: string, label: string };

export type AnswerReachNodeFragment =
  | AnswerReachNode_Account_Fragment
  | AnswerReachNode_Business_Fragment
  | AnswerReachNode_Group_Fragment
  | AnswerReachNode_Identity_Fragment
;

export type AnswerReachedByQueryVariables = Exact<{
  id: string | number;
  at?: string | null | undefined;
  filter?: AccessFilter | null | undefined;
  sort?: AccessOrder | null | undefined;
  after?: string | null | undefined;
  first?: number | null | undefined;
  offset?: number | null | undefined;
  more?: boolean | null | undefined;
}>;


export type AnswerReachedByQuery = { graph: { node:
      | { __typename: 'Account', id: string, label: string, business: { id: string, label: string } | null, reachedBy: { version: string | null, totalCount: number, truncated: boolean, coverage?: { complete: boolean, notes: Array<string> }, pageInfo: { startCursor: string | null }, counts: { total: number, stated: number, inferred: number, active: number, latent: number, contested: number, byRole: Array<{ role: Role, count: number }> }, nodes: Array<{ roles: Array<Role>, certainty: Certainty, state: AccessState, contested: boolean, contestedRoles: Array<Role>, distance: number, principal: { __typename: 'Identity', id: string, label: string, firstName: string | null, lastName: string | null, observed: boolean } }> } }
      | { __typename: 'Business', active: boolean | null, id: string, label: string, account: { id: string } | null, reachedBy: { version: string | null, totalCount: number, truncated: boolean, coverage?: { complete: boolean, notes: Array<string> }, pageInfo: { startCursor: string | null }, counts: { total: number, stated: number, inferred: number, active: number, latent: number, contested: number, byRole: Array<{ role: Role, count: number }> }, nodes: Array<{ roles: Array<Role>, certainty: Certainty, state: AccessState, contested: boolean, contestedRoles: Array<Role>, distance: number, principal: { __typename: 'Identity', id: string, label: string, firstName: string | null, lastName: string | null, observed: boolean } }> } }
      | { __typename: 'Group', id: string, label: string }
      | { __typename: 'Identity', id: string, label: string }
     | null } | null };

export type AnswerReachedByPageFragment = { version: string | null, totalCount: number, truncated: boolean, coverage?: { complete: boolean, notes: Array<string> }, pageInfo: { startCursor: string | null }, counts: { total: number, stated: number, inferred: number, active: number, latent: number, contested: number, byRole: Array<{ role: Role, count: number }> }, nodes: Array<{ roles: Array<Role>, certainty: Certainty, state: AccessState, contested: boolean, contestedRoles: Array<Role>, distance: number, principal: { __typename: 'Identity', id: string, label: string, firstName: string | null, lastName: string | null, observed: boolean } }> };

export type ChangesByCauseQueryVariables = Exact<{
  since: string;
  until?: string | null | undefined;
  about?: string | number | null | undefined;
  kinds?: Array<ChangeKind> | ChangeKind | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  accesses?: number | null | undefined;
  accessesAfter?: string | null | undefined;
  at?: string | null | undefined;
}>;


export type ChangesByCauseQuery = { graph: { changesByCause: { totalCount: number, truncated: boolean, pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ cursor: string, node: { cause:
            | { __typename: 'GrantCause', id: string, witnessed: boolean, sentence: string, before: { label: string, roles: Array<Role>, evidenceCount: number, evidence: Array<{ recordId: string | null, pointer: string, document: { source: string, observedAt: string, sha256: string } }> } | null, after: { label: string, roles: Array<Role>, evidenceCount: number, evidence: Array<{ recordId: string | null, pointer: string, document: { source: string, observedAt: string, sha256: string } }> } | null, absentFrom: { source: string, observedAt: string } | null }
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
  about?: string | number | null | undefined;
  at?: string | null | undefined;
}>;


export type ChangesCountQuery = { graph: { changes: { totalCount: number, truncated: boolean, counts: Array<{ kind: ChangeKind, count: number }>, emails: { totalCount: number } } | null } | null };

export type ChangesExtentQueryVariables = Exact<{
  at?: string | null | undefined;
}>;


export type ChangesExtentQuery = { graph: { version: string, coverage: { complete: boolean, notes: Array<string>, oldest: string | null, newest: string | null } } | null };

export type EndingQueryVariables = Exact<{
  principal: string | number;
  resource: string | number;
  at?: string | null | undefined;
}>;


export type EndingQuery = { graph: { plan: { verified: boolean, truncated: boolean, revoke: Array<{ id: string, label: string, principal:
          | { label: string }
          | { label: string }
          | { label: string }
          | { label: string }
        , resource:
          | { label: string }
          | { label: string }
          | { label: string }
          | { label: string }
         }>, whatIf: { notes: Array<string>, ends: { totalCount: number, nodes: Array<{ principal: { id: string, label: string }, resource:
              | { __typename: 'Account', id: string, label: string, business: { id: string, label: string } | null }
              | { __typename: 'Business', id: string, label: string, account: { id: string } | null }
              | { __typename: 'Group', id: string, label: string }
              | { __typename: 'Identity', id: string, label: string }
             }> }, lowered: { totalCount: number }, stays: { totalCount: number } } } | null } | null };

export type EndingRowsFragment = { totalCount: number, nodes: Array<{ principal: { id: string, label: string }, resource:
      | { __typename: 'Account', id: string, label: string, business: { id: string, label: string } | null }
      | { __typename: 'Business', id: string, label: string, account: { id: string } | null }
      | { __typename: 'Group', id: string, label: string }
      | { __typename: 'Identity', id: string, label: string }
     }> };

export type EndingGrantFragment = { id: string, label: string, principal:
    | { label: string }
    | { label: string }
    | { label: string }
    | { label: string }
  , resource:
    | { label: string }
    | { label: string }
    | { label: string }
    | { label: string }
   };

export type FindingsAboutQueryVariables = Exact<{
  about: string | number;
  at?: string | null | undefined;
}>;


export type FindingsAboutQuery = { graph: { findings: { totalCount: number } | null } | null };

export type FindingsOfRuleQueryVariables = Exact<{
  about?: string | number | null | undefined;
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
  about?: string | number | null | undefined;
  rule: string;
  severity?: FindingSeverity | null | undefined;
  suppressed: boolean;
  after?: string | null | undefined;
  at?: string | null | undefined;
}>;


export type FindingsRecordsQuery = { graph: { findings: { nodes: Array<{ identity: string, evidence: Array<{ record: string, source: string, pointer: string, observedAt: string, document: string }> }> } | null } | null };

export type FindingsRulesQueryVariables = Exact<{
  about?: string | number | null | undefined;
  at?: string | null | undefined;
}>;


export type FindingsRulesQuery = { graph: { version: string, coverage: { complete: boolean, notes: Array<string> }, rules: Array<{ id: string, definition: string, population: string, remediation: string, severity: FindingSeverity, maturity: RuleMaturity }>, findings: { moment: string, totalCount: number, counts: Array<{ rule: string, severity: FindingSeverity, count: number, suppressed: number }>, populations: Array<{ rule: string, what: string, looked: number, unseen: number, notes: Array<string>, skipped: string | null }>, expiredSuppressions: Array<{ rule: string | null, finding: string | null, subject: string | null, reason: string, expires: string }>, idleSuppressions: Array<{ rule: string | null, finding: string | null, subject: string | null, reason: string, expires: string }> } | null } | null };

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
  after?: string | null | undefined;
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

export type MatrixPlaceQueryVariables = Exact<{
  id: string | number;
  first?: number | null | undefined;
  after?: string | null | undefined;
  at?: string | null | undefined;
}>;


export type MatrixPlaceQuery = { graph: { node:
      | { __typename: 'Account', label: string, reachedBy: { totalCount: number, truncated: boolean, coverage: { complete: boolean, notes: Array<string> }, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ roles: Array<Role>, certainty: Certainty, state: AccessState, contested: boolean, principal: { id: string, label: string } }> } }
      | { __typename: 'Business', label: string, reachedBy: { totalCount: number, truncated: boolean, coverage: { complete: boolean, notes: Array<string> }, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ roles: Array<Role>, certainty: Certainty, state: AccessState, contested: boolean, principal: { id: string, label: string } }> } }
      | { __typename: 'Group', label: string }
      | { __typename: 'Identity', label: string }
     | null } | null };

export type MatrixPlacePeopleFragment = { totalCount: number, truncated: boolean, coverage: { complete: boolean, notes: Array<string> }, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ roles: Array<Role>, certainty: Certainty, state: AccessState, contested: boolean, principal: { id: string, label: string } }> };

export type MomentQueryVariables = Exact<{
  at: string;
}>;


export type MomentQuery = { past: { documentCount: number } | null, graph: { documentCount: number, coverage: { oldest: string | null } } | null };

export type OutcomesQueryVariables = Exact<{
  remove: Array<string | number> | string | number;
  fates: Array<Fate> | Fate;
  after?: string | null | undefined;
  at?: string | null | undefined;
}>;


export type OutcomesQuery = { graph: { whatIf: { outcomes: { totalCount: number, pageInfo: { endCursor: string | null, hasNextPage: boolean }, nodes: Array<{ fate: Fate, kinds: Array<ChangeKind>, sentence: string, principal: { id: string, label: string }, resource:
            | { __typename: 'Account', id: string, label: string, business: { id: string, label: string } | null }
            | { __typename: 'Business', id: string, label: string, account: { id: string } | null }
            | { __typename: 'Group', id: string, label: string }
            | { __typename: 'Identity', id: string, label: string }
          , before: { roles: Array<Role>, certainty: Certainty, state: AccessState, contested: boolean } | null, after: { roles: Array<Role>, certainty: Certainty, state: AccessState, contested: boolean } | null }> } } | null } | null };

export type ProofQueryVariables = Exact<{
  principal: string | number;
  resource: string | number;
  at?: string | null | undefined;
}>;


export type ProofQuery = { graph: { principal:
      | { __typename: 'Account', id: string, label: string, business: { id: string, label: string } | null }
      | { __typename: 'Business', active: boolean | null, id: string, label: string, account: { id: string } | null }
      | { __typename: 'Group', id: string, label: string }
      | { __typename: 'Identity', firstName: string | null, lastName: string | null, id: string, label: string, reach: { coverage: { complete: boolean, notes: Array<string>, oldest: string | null, newest: string | null } } }
     | null, resource:
      | { __typename: 'Account', id: string, label: string, business: { id: string, label: string } | null }
      | { __typename: 'Business', active: boolean | null, id: string, label: string, account: { id: string } | null }
      | { __typename: 'Group', id: string, label: string }
      | { __typename: 'Identity', firstName: string | null, lastName: string | null, id: string, label: string }
     | null, access: { roles: Array<Role>, capabilities: Array<Capability>, certainty: Certainty, state: AccessState, stateReasons: Array<string>, contested: boolean, contestedRoles: Array<Role>, contradictions: Array<{ code: string, sentence: string, evidence: Array<{ recordId: string | null, pointer: string, record: unknown, document: { sha256: string, source: string, observedAt: string, momentSource: MomentSource | null, kind: string } }> }>, coverage: { complete: boolean, notes: Array<string>, oldest: string | null, newest: string | null }, explanation: { independentRoutes: number, sentence: string, cut: Array<{ id: string, label: string, principal:
            | { label: string }
            | { label: string }
            | { label: string }
            | { label: string }
          , resource:
            | { label: string }
            | { label: string }
            | { label: string }
            | { label: string }
           }> }, pathGraph: { truncated: boolean, nodes: Array<{ node:
            | { __typename: 'Account', id: string, label: string, business: { id: string, label: string } | null }
            | { __typename: 'Business', active: boolean | null, id: string, label: string, account: { id: string } | null }
            | { __typename: 'Group', id: string, label: string }
            | { __typename: 'Identity', firstName: string | null, lastName: string | null, id: string, label: string }
           }>, edges: Array<{ relation: Relation, role: Role | null, from:
            | { id: string }
            | { id: string }
            | { id: string }
            | { id: string }
          , to:
            | { id: string }
            | { id: string }
            | { id: string }
            | { id: string }
          , grant: { id: string, label: string, contested: boolean } }> }, paths: { truncated: boolean, nodes: Array<{ sentence: string, role: Role, certainty: Certainty, state: AccessState, stateReasons: Array<string>, contested: boolean, steps: Array<{ certainty: Certainty, state: AccessState, contested: boolean, grant: { id: string } | null }> }> } } | null } | null };

type ProofNode_Account_Fragment = { __typename: 'Account', id: string, label: string, business: { id: string, label: string } | null };

type ProofNode_Business_Fragment = { __typename: 'Business', active: boolean | null, id: string, label: string, account: { id: string } | null };

type ProofNode_Group_Fragment = { __typename: 'Group', id: string, label: string };

type ProofNode_Identity_Fragment = { __typename: 'Identity', firstName: string | null, lastName: string | null, id: string, label: string };

export type ProofNodeFragment =
  | ProofNode_Account_Fragment
  | ProofNode_Business_Fragment
  | ProofNode_Group_Fragment
  | ProofNode_Identity_Fragment
;

export type ProofGrantFragment = { id: string, label: string, principal:
    | { label: string }
    | { label: string }
    | { label: string }
    | { label: string }
  , resource:
    | { label: string }
    | { label: string }
    | { label: string }
    | { label: string }
   };

export type RemovableQueryVariables = Exact<{
  text: string | number;
  at?: string | null | undefined;
}>;


export type RemovableQuery = { graph: { whatIf: { removed: Array<{ id: string, label: string }> } | null } | null };

export type ReviewAboutQueryVariables = Exact<{
  id: string | number;
}>;


export type ReviewAboutQuery = { graph: { node:
      | { __typename: 'Account', id: string, label: string }
      | { __typename: 'Business', id: string, label: string, account: { id: string } | null }
      | { __typename: 'Group', id: string, label: string }
      | { __typename: 'Identity', id: string, label: string }
     | null } | null };

export type ReviewCampaignQueryVariables = Exact<{
  campaign: string | number;
}>;


export type ReviewCampaignQuery = { graph: { version: string } | null, reviewCampaign: { id: string, name: string, startedBy: string, startedAt: string, due: string | null, overdue: boolean, version: string, forgotten: number, previous: { id: string, name: string } | null, progress: { total: number, undecided: number, keep: number, revoke: number, unsure: number, carried: number }, reviewer: { name: string | null, mayDecide: boolean }, signOff: { by: string, signedAt: string, undecided: number, sha256: string } | null, coverage: { complete: boolean, notes: Array<string> } } | null };

export type ReviewCampaignsQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type ReviewCampaignsQuery = { graph: { version: string } | null, reviewer: { name: string | null, mayDecide: boolean } | null, reviewCampaigns: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ id: string, name: string, startedBy: string, startedAt: string, due: string | null, overdue: boolean, version: string, progress: { total: number, undecided: number, keep: number, revoke: number, unsure: number, carried: number }, signOff: { by: string, signedAt: string, undecided: number } | null }> } | null };

export type ReviewDecideMutationVariables = Exact<{
  campaign: string | number;
  answers: Array<ReviewAnswer> | ReviewAnswer;
  key?: string | null | undefined;
  by?: string | null | undefined;
}>;


export type ReviewDecideMutation = { decideReview: { taken: number, known: number, repeated: boolean, undecided: number } | null };

export type ReviewDriftQueryVariables = Exact<{
  campaign: string | number;
}>;


export type ReviewDriftQuery = { reviewCampaign: { drift: { version: string, same: number, changed: { totalCount: number, nodes: Array<{ number: number | null, difference: { facts: Array<string>, gained: Array<string>, lost: Array<string>, grants: Array<string> } | null }> }, ended: { totalCount: number, nodes: Array<{ number: number | null }> }, unseen: { totalCount: number, nodes: Array<{ number: number | null }> }, appeared: { totalCount: number, nodes: Array<{ principalId: string, resourceId: string }> }, revokedStanding: { totalCount: number, nodes: Array<{ number: number | null }> }, revokedEnded: { totalCount: number } } | null } | null };

export type ReviewEndsQueryVariables = Exact<{
  grants: Array<string | number> | string | number;
}>;


export type ReviewEndsQuery = { whatIf: { truncated: boolean, notes: Array<string>, ended: { totalCount: number, nodes: Array<{ principal: { id: string, label: string }, resource:
          | { id: string, label: string }
          | { id: string, label: string }
          | { id: string, label: string }
          | { id: string, label: string }
         }> }, lowered: { totalCount: number } } | null };

export type ReviewItemQueryVariables = Exact<{
  campaign: string | number;
  number: number;
}>;


export type ReviewItemQuery = { reviewCampaign: { item: { number: number, opened: ReviewOpened, principalId: string, resourceId: string, businessId: string, who: string, what: string, sentence: string, roles: Array<Role>, capabilities: Array<Capability>, certainty: Certainty, state: AccessState, stateReasons: Array<string>, contestedRoles: Array<Role>, contradictionCodes: Array<string>, peers: number, pathCount: number, truncated: boolean, kept: { resourceId: string, what: string } | null, paths: Array<{ sentence: string, certainty: Certainty, state: AccessState }>, decision: { id: string, verdict: ReviewVerdict, by: string, decidedAt: string, why: string, carriedFrom: string | null } | null, previous: { verdict: ReviewVerdict, by: string, decidedAt: string, why: string } | null, changed: { facts: Array<string>, gained: Array<string>, lost: Array<string>, grants: Array<string> } | null, history: { totalCount: number, nodes: Array<{ id: string, verdict: ReviewVerdict, by: string, decidedAt: string, why: string, carriedFrom: string | null }> } } | null } | null };

export type ReviewOfAccessQueryVariables = Exact<{
  principal: string | number;
  resource: string;
}>;


export type ReviewOfAccessQuery = { reviewCampaigns: { nodes: Array<{ id: string, name: string, signOff: { signedAt: string } | null, items: { nodes: Array<{ number: number, principalId: string, resourceId: string, kept: { resourceId: string } | null, decision: { verdict: ReviewVerdict, by: string, decidedAt: string, why: string } | null }> } }> } | null };

export type ReviewQueueQueryVariables = Exact<{
  campaign: string | number;
  order: ReviewOrder;
  filter: ReviewFilter;
  open: ReviewFilter;
}>;


export type ReviewQueueQuery = { reviewCampaign: { ordered: Array<number>, open: Array<number>, items: { totalCount: number } } | null };

export type ReviewRowsQueryVariables = Exact<{
  campaign: string | number;
  numbers: Array<number> | number;
}>;


export type ReviewRowsQuery = { reviewCampaign: { picked: Array<{ number: number, opened: ReviewOpened, principalId: string, resourceId: string, businessId: string, who: string, what: string, roles: Array<Role>, certainty: Certainty, state: AccessState, contested: boolean, kept: { resourceId: string, what: string } | null, decision: { id: string, verdict: ReviewVerdict, by: string, decidedAt: string, why: string, carriedFrom: string | null } | null } | null> } | null };

export type ReviewSignOffMutationVariables = Exact<{
  campaign: string | number;
  partial: boolean;
  by?: string | null | undefined;
}>;


export type ReviewSignOffMutation = { signOffReview: { signOff: { sha256: string, undecided: number } | null } | null };

export type ReviewStandingQueryVariables = Exact<{
  campaign: string | number;
  number: number;
}>;


export type ReviewStandingQuery = { reviewCampaign: { item: { standing: { version: string, stands: boolean, difference: { facts: Array<string>, gained: Array<string>, lost: Array<string>, grants: Array<string> } | null, explanation: { sentence: string, independentRoutes: number, cut: Array<{ id: string, label: string }> } | null } | null } | null } | null };

export type ReviewStartMutationVariables = Exact<{
  name: string;
  scope?: ReviewScopeInput | null | undefined;
  previous?: string | number | null | undefined;
  due?: string | null | undefined;
  by?: string | null | undefined;
}>;


export type ReviewStartMutation = { startReview: { campaignId: string, itemCount: number } | null };

export type ReviewToDoQueryVariables = Exact<{
  campaign: string | number;
  after?: string | null | undefined;
}>;


export type ReviewToDoQuery = { reviewCampaign: { items: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ number: number, who: string, what: string, roles: Array<Role>, decision: { by: string, decidedAt: string, why: string } | null, standing: { stands: boolean, explanation: { cut: Array<{ id: string, label: string, remediation: Array<{ record: string, action: string, destroy: string | null, source: string, pointer: string }> }> } | null } | null }> } } | null };

export type ReviewWithdrawMutationVariables = Exact<{
  campaign: string | number;
  decisions: Array<ReviewWithdrawal> | ReviewWithdrawal;
  by?: string | null | undefined;
}>;


export type ReviewWithdrawMutation = { withdrawReview: { withdrawn: number } | null };

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

export type StepQueryVariables = Exact<{
  grant: string | number;
  first: number;
  at?: string | null | undefined;
}>;


export type StepQuery = { graph: { grant: { id: string, label: string, relation: Relation, roles: Array<Role>, rawRoles: Array<string | null>, active: boolean, contested: boolean, evidenceCount: number, principal:
        | { id: string, label: string }
        | { id: string, label: string }
        | { id: string, label: string }
        | { id: string, label: string }
      , resource:
        | { id: string, label: string }
        | { id: string, label: string }
        | { id: string, label: string }
        | { id: string, label: string }
      , contradictions: Array<{ code: string, sentence: string, evidence: Array<{ recordId: string | null, pointer: string, record: unknown, document: { sha256: string, source: string, observedAt: string, momentSource: MomentSource | null, kind: string } }> }>, evidence: Array<{ recordId: string | null, pointer: string, record: unknown, document: { sha256: string, source: string, observedAt: string, momentSource: MomentSource | null, kind: string } }>, remediation: Array<{ record: string, dialect: string, action: string, destroy: string | null, source: string, pointer: string }> } | null } | null };

export type StepRecordsQueryVariables = Exact<{
  grant: string | number;
  first: number;
  offset: number;
  at?: string | null | undefined;
}>;


export type StepRecordsQuery = { graph: { grant: { evidence: Array<{ recordId: string | null, pointer: string, record: unknown, document: { sha256: string, source: string, observedAt: string, momentSource: MomentSource | null, kind: string } }> } | null } | null };

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

export type WithoutQueryVariables = Exact<{
  remove: Array<string | number> | string | number;
  at?: string | null | undefined;
}>;


export type WithoutQuery = { graph: { whatIf: { truncated: boolean, notes: Array<string>, coverage: { complete: boolean, notes: Array<string> }, removed: Array<{ id: string, label: string, relation: Relation, roles: Array<Role>, evidenceCount: number, principal:
          | { id: string, label: string }
          | { id: string, label: string }
          | { id: string, label: string }
          | { id: string, label: string }
        , resource:
          | { id: string, label: string }
          | { id: string, label: string }
          | { id: string, label: string }
          | { id: string, label: string }
        , remediation: Array<{ record: string, dialect: string, action: string, destroy: string | null, source: string, pointer: string }> }>, ends: { totalCount: number, pageInfo: { endCursor: string | null, hasNextPage: boolean }, nodes: Array<{ fate: Fate, kinds: Array<ChangeKind>, sentence: string, principal: { id: string, label: string }, resource:
            | { __typename: 'Account', id: string, label: string, business: { id: string, label: string } | null }
            | { __typename: 'Business', id: string, label: string, account: { id: string } | null }
            | { __typename: 'Group', id: string, label: string }
            | { __typename: 'Identity', id: string, label: string }
          , before: { roles: Array<Role>, certainty: Certainty, state: AccessState, contested: boolean } | null, after: { roles: Array<Role>, certainty: Certainty, state: AccessState, contested: boolean } | null }> }, lowered: { totalCount: number, pageInfo: { endCursor: string | null, hasNextPage: boolean }, nodes: Array<{ fate: Fate, kinds: Array<ChangeKind>, sentence: string, principal: { id: string, label: string }, resource:
            | { __typename: 'Account', id: string, label: string, business: { id: string, label: string } | null }
            | { __typename: 'Business', id: string, label: string, account: { id: string } | null }
            | { __typename: 'Group', id: string, label: string }
            | { __typename: 'Identity', id: string, label: string }
          , before: { roles: Array<Role>, certainty: Certainty, state: AccessState, contested: boolean } | null, after: { roles: Array<Role>, certainty: Certainty, state: AccessState, contested: boolean } | null }> }, stays: { totalCount: number, pageInfo: { endCursor: string | null, hasNextPage: boolean }, nodes: Array<{ fate: Fate, kinds: Array<ChangeKind>, sentence: string, principal: { id: string, label: string }, resource:
            | { __typename: 'Account', id: string, label: string, business: { id: string, label: string } | null }
            | { __typename: 'Business', id: string, label: string, account: { id: string } | null }
            | { __typename: 'Group', id: string, label: string }
            | { __typename: 'Identity', id: string, label: string }
          , before: { roles: Array<Role>, certainty: Certainty, state: AccessState, contested: boolean } | null, after: { roles: Array<Role>, certainty: Certainty, state: AccessState, contested: boolean } | null }> }, raised: { totalCount: number, pageInfo: { endCursor: string | null, hasNextPage: boolean }, nodes: Array<{ fate: Fate, kinds: Array<ChangeKind>, sentence: string, principal: { id: string, label: string }, resource:
            | { __typename: 'Account', id: string, label: string, business: { id: string, label: string } | null }
            | { __typename: 'Business', id: string, label: string, account: { id: string } | null }
            | { __typename: 'Group', id: string, label: string }
            | { __typename: 'Identity', id: string, label: string }
          , before: { roles: Array<Role>, certainty: Certainty, state: AccessState, contested: boolean } | null, after: { roles: Array<Role>, certainty: Certainty, state: AccessState, contested: boolean } | null }> } } | null } | null };

export type WithoutRowsFragment = { totalCount: number, pageInfo: { endCursor: string | null, hasNextPage: boolean }, nodes: Array<{ fate: Fate, kinds: Array<ChangeKind>, sentence: string, principal: { id: string, label: string }, resource:
      | { __typename: 'Account', id: string, label: string, business: { id: string, label: string } | null }
      | { __typename: 'Business', id: string, label: string, account: { id: string } | null }
      | { __typename: 'Group', id: string, label: string }
      | { __typename: 'Identity', id: string, label: string }
    , before: { roles: Array<Role>, certainty: Certainty, state: AccessState, contested: boolean } | null, after: { roles: Array<Role>, certainty: Certainty, state: AccessState, contested: boolean } | null }> };
