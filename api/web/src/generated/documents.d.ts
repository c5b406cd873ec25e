declare module "*/answer_bundles.graphql" {
  const text: import("../state/client").Document<
    import("./operations").AnswerBundlesQuery,
    import("./operations").AnswerBundlesQueryVariables
  >;
  export default text;
}
declare module "*/answer_choice.graphql" {
  const text: import("../state/client").Document<
    import("./operations").AnswerChoiceQuery,
    import("./operations").AnswerChoiceQueryVariables
  >;
  export default text;
}
declare module "*/answer_counts.graphql" {
  const text: import("../state/client").Document<
    import("./operations").AnswerCountsQuery,
    import("./operations").AnswerCountsQueryVariables
  >;
  export default text;
}
declare module "*/answer_group.graphql" {
  const text: import("../state/client").Document<
    import("./operations").AnswerGroupQuery,
    import("./operations").AnswerGroupQueryVariables
  >;
  export default text;
}
declare module "*/answer_reach.graphql" {
  const text: import("../state/client").Document<
    import("./operations").AnswerReachQuery,
    import("./operations").AnswerReachQueryVariables
  >;
  export default text;
}
declare module "*/answer_reached_by.graphql" {
  const text: import("../state/client").Document<
    import("./operations").AnswerReachedByQuery,
    import("./operations").AnswerReachedByQueryVariables
  >;
  export default text;
}
declare module "*/changes_by_cause.graphql" {
  const text: import("../state/client").Document<
    import("./operations").ChangesByCauseQuery,
    import("./operations").ChangesByCauseQueryVariables
  >;
  export default text;
}
declare module "*/changes_count.graphql" {
  const text: import("../state/client").Document<
    import("./operations").ChangesCountQuery,
    import("./operations").ChangesCountQueryVariables
  >;
  export default text;
}
declare module "*/changes_extent.graphql" {
  const text: import("../state/client").Document<
    import("./operations").ChangesExtentQuery,
    import("./operations").ChangesExtentQueryVariables
  >;
  export default text;
}
declare module "*/ending.graphql" {
  const text: import("../state/client").Document<
    import("./operations").EndingQuery,
    import("./operations").EndingQueryVariables
  >;
  export default text;
}
declare module "*/findings_about.graphql" {
  const text: import("../state/client").Document<
    import("./operations").FindingsAboutQuery,
    import("./operations").FindingsAboutQueryVariables
  >;
  export default text;
}
declare module "*/findings_of_rule.graphql" {
  const text: import("../state/client").Document<
    import("./operations").FindingsOfRuleQuery,
    import("./operations").FindingsOfRuleQueryVariables
  >;
  export default text;
}
declare module "*/findings_records.graphql" {
  const text: import("../state/client").Document<
    import("./operations").FindingsRecordsQuery,
    import("./operations").FindingsRecordsQueryVariables
  >;
  export default text;
}
declare module "*/findings_rules.graphql" {
  const text: import("../state/client").Document<
    import("./operations").FindingsRulesQuery,
    import("./operations").FindingsRulesQueryVariables
  >;
  export default text;
}
declare module "*/matrix_columns.graphql" {
  const text: import("../state/client").Document<
    import("./operations").MatrixColumnsQuery,
    import("./operations").MatrixColumnsQueryVariables
  >;
  export default text;
}
declare module "*/matrix_people.graphql" {
  const text: import("../state/client").Document<
    import("./operations").MatrixPeopleQuery,
    import("./operations").MatrixPeopleQueryVariables
  >;
  export default text;
}
declare module "*/matrix_place.graphql" {
  const text: import("../state/client").Document<
    import("./operations").MatrixPlaceQuery,
    import("./operations").MatrixPlaceQueryVariables
  >;
  export default text;
}
declare module "*/moment.graphql" {
  const text: import("../state/client").Document<
    import("./operations").MomentQuery,
    import("./operations").MomentQueryVariables
  >;
  export default text;
}
declare module "*/outcomes.graphql" {
  const text: import("../state/client").Document<
    import("./operations").OutcomesQuery,
    import("./operations").OutcomesQueryVariables
  >;
  export default text;
}
declare module "*/proof.graphql" {
  const text: import("../state/client").Document<
    import("./operations").ProofQuery,
    import("./operations").ProofQueryVariables
  >;
  export default text;
}
declare module "*/removable.graphql" {
  const text: import("../state/client").Document<
    import("./operations").RemovableQuery,
    import("./operations").RemovableQueryVariables
  >;
  export default text;
}
declare module "*/review_about.graphql" {
  const text: import("../state/client").Document<
    import("./operations").ReviewAboutQuery,
    import("./operations").ReviewAboutQueryVariables
  >;
  export default text;
}
declare module "*/review_campaign.graphql" {
  const text: import("../state/client").Document<
    import("./operations").ReviewCampaignQuery,
    import("./operations").ReviewCampaignQueryVariables
  >;
  export default text;
}
declare module "*/review_campaigns.graphql" {
  const text: import("../state/client").Document<
    import("./operations").ReviewCampaignsQuery,
    import("./operations").ReviewCampaignsQueryVariables
  >;
  export default text;
}
declare module "*/review_decide.graphql" {
  const text: import("../state/client").Document<
    import("./operations").ReviewDecideMutation,
    import("./operations").ReviewDecideMutationVariables
  >;
  export default text;
}
declare module "*/review_drift.graphql" {
  const text: import("../state/client").Document<
    import("./operations").ReviewDriftQuery,
    import("./operations").ReviewDriftQueryVariables
  >;
  export default text;
}
declare module "*/review_ends.graphql" {
  const text: import("../state/client").Document<
    import("./operations").ReviewEndsQuery,
    import("./operations").ReviewEndsQueryVariables
  >;
  export default text;
}
declare module "*/review_item.graphql" {
  const text: import("../state/client").Document<
    import("./operations").ReviewItemQuery,
    import("./operations").ReviewItemQueryVariables
  >;
  export default text;
}
declare module "*/review_of_access.graphql" {
  const text: import("../state/client").Document<
    import("./operations").ReviewOfAccessQuery,
    import("./operations").ReviewOfAccessQueryVariables
  >;
  export default text;
}
declare module "*/review_queue.graphql" {
  const text: import("../state/client").Document<
    import("./operations").ReviewQueueQuery,
    import("./operations").ReviewQueueQueryVariables
  >;
  export default text;
}
declare module "*/review_rows.graphql" {
  const text: import("../state/client").Document<
    import("./operations").ReviewRowsQuery,
    import("./operations").ReviewRowsQueryVariables
  >;
  export default text;
}
declare module "*/review_sign_off.graphql" {
  const text: import("../state/client").Document<
    import("./operations").ReviewSignOffMutation,
    import("./operations").ReviewSignOffMutationVariables
  >;
  export default text;
}
declare module "*/review_standing.graphql" {
  const text: import("../state/client").Document<
    import("./operations").ReviewStandingQuery,
    import("./operations").ReviewStandingQueryVariables
  >;
  export default text;
}
declare module "*/review_start.graphql" {
  const text: import("../state/client").Document<
    import("./operations").ReviewStartMutation,
    import("./operations").ReviewStartMutationVariables
  >;
  export default text;
}
declare module "*/review_to_do.graphql" {
  const text: import("../state/client").Document<
    import("./operations").ReviewToDoQuery,
    import("./operations").ReviewToDoQueryVariables
  >;
  export default text;
}
declare module "*/review_withdraw.graphql" {
  const text: import("../state/client").Document<
    import("./operations").ReviewWithdrawMutation,
    import("./operations").ReviewWithdrawMutationVariables
  >;
  export default text;
}
declare module "*/standing.graphql" {
  const text: import("../state/client").Document<
    import("./operations").StandingQuery,
    import("./operations").StandingQueryVariables
  >;
  export default text;
}
declare module "*/start_changes.graphql" {
  const text: import("../state/client").Document<
    import("./operations").StartChangesQuery,
    import("./operations").StartChangesQueryVariables
  >;
  export default text;
}
declare module "*/start_exposed.graphql" {
  const text: import("../state/client").Document<
    import("./operations").StartExposedQuery,
    import("./operations").StartExposedQueryVariables
  >;
  export default text;
}
declare module "*/start_findings.graphql" {
  const text: import("../state/client").Document<
    import("./operations").StartFindingsQuery,
    import("./operations").StartFindingsQueryVariables
  >;
  export default text;
}
declare module "*/start_graph.graphql" {
  const text: import("../state/client").Document<
    import("./operations").StartGraphQuery,
    import("./operations").StartGraphQueryVariables
  >;
  export default text;
}
declare module "*/start_widest.graphql" {
  const text: import("../state/client").Document<
    import("./operations").StartWidestQuery,
    import("./operations").StartWidestQueryVariables
  >;
  export default text;
}
declare module "*/step.graphql" {
  const text: import("../state/client").Document<
    import("./operations").StepQuery,
    import("./operations").StepQueryVariables
  >;
  export default text;
}
declare module "*/step_records.graphql" {
  const text: import("../state/client").Document<
    import("./operations").StepRecordsQuery,
    import("./operations").StepRecordsQueryVariables
  >;
  export default text;
}
declare module "*/subject.graphql" {
  const text: import("../state/client").Document<
    import("./operations").SubjectQuery,
    import("./operations").SubjectQueryVariables
  >;
  export default text;
}
declare module "*/suggest.graphql" {
  const text: import("../state/client").Document<
    import("./operations").SuggestQuery,
    import("./operations").SuggestQueryVariables
  >;
  export default text;
}
declare module "*/versions.graphql" {
  const text: import("../state/client").Document<
    import("./operations").VersionsSubscription,
    import("./operations").VersionsSubscriptionVariables
  >;
  export default text;
}
declare module "*/without.graphql" {
  const text: import("../state/client").Document<
    import("./operations").WithoutQuery,
    import("./operations").WithoutQueryVariables
  >;
  export default text;
}
