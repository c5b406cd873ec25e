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

export type ReviewCampaignQueryVariables = Exact<{
  campaign: string | number;
}>;


export type ReviewCampaignQuery = { graph: { version: string } | null, reviewCampaign: { id: string, name: string, startedBy: string, startedAt: string, due: string | null, overdue: boolean, version: string, forgotten: number, previous: { id: string, name: string } | null, progress: { total: number, undecided: number, keep: number, revoke: number, unsure: number, carried: number }, reviewer: { name: string | null, mayDecide: boolean }, signOff: { by: string, signedAt: string, undecided: number, sha256: string } | null, coverage: { complete: boolean, notes: Array<string> } } | null };

export type ReviewCampaignsQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type ReviewCampaignsQuery = { graph: { version: string } | null, reviewCampaigns: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ id: string, name: string, startedBy: string, startedAt: string, due: string | null, overdue: boolean, version: string, progress: { total: number, undecided: number, keep: number, revoke: number, unsure: number, carried: number }, signOff: { by: string, signedAt: string, undecided: number } | null }> } | null };

export type ReviewDecideMutationVariables = Exact<{
  campaign: string | number;
  answers: Array<ReviewAnswer> | ReviewAnswer;
  key?: string | null | undefined;
  by?: string | null | undefined;
}>;


export type ReviewDecideMutation = { decideReview: { taken: number, known: number, repeated: boolean, undecided: number } };

export type ReviewDriftQueryVariables = Exact<{
  campaign: string | number;
}>;


export type ReviewDriftQuery = { reviewCampaign: { drift: { version: string, same: number, changed: { totalCount: number, nodes: Array<{ number: number | null, difference: { facts: Array<string>, gained: Array<string>, lost: Array<string>, grants: Array<string> } | null }> }, ended: { totalCount: number, nodes: Array<{ number: number | null }> }, unseen: { totalCount: number, nodes: Array<{ number: number | null }> }, appeared: { totalCount: number, nodes: Array<{ principalId: string, resourceId: string }> }, revokedStanding: { totalCount: number, nodes: Array<{ number: number | null }> }, revokedEnded: { totalCount: number } } | null } | null };

export type ReviewEndsQueryVariables = Exact<{
  grants: Array<string | number> | string | number;
}>;


export type ReviewEndsQuery = { whatIf: { truncated: boolean, ended: { totalCount: number, nodes: Array<{ principal: { id: string, label: string }, resource:
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


export type ReviewSignOffMutation = { signOffReview: { signOff: { sha256: string, undecided: number } | null } };

export type ReviewStandingQueryVariables = Exact<{
  campaign: string | number;
  number: number;
}>;


export type ReviewStandingQuery = { reviewCampaign: { item: { standing: { version: string, stands: boolean, difference: { facts: Array<string>, gained: Array<string>, lost: Array<string>, grants: Array<string> } | null, explanation: { sentence: string, independentRoutes: number, cut: Array<{ id: string, label: string }> } | null } | null } | null } | null };

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


export type ReviewWithdrawMutation = { withdrawReview: { withdrawn: number } };

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
