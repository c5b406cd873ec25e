declare module "*/ending.graphql" {
  const text: import("../state/client").Document<
    import("./operations").EndingQuery,
    import("./operations").EndingQueryVariables
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
declare module "*/suggest.graphql" {
  const text: import("../state/client").Document<
    import("./operations").SuggestQuery,
    import("./operations").SuggestQueryVariables
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
