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
declare module "*/suggest.graphql" {
  const text: import("../state/client").Document<
    import("./operations").SuggestQuery,
    import("./operations").SuggestQueryVariables
  >;
  export default text;
}
