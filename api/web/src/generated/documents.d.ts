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
declare module "*/suggest.graphql" {
  const text: import("../state/client").Document<
    import("./operations").SuggestQuery,
    import("./operations").SuggestQueryVariables
  >;
  export default text;
}
