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
declare module "*/suggest.graphql" {
  const text: import("../state/client").Document<
    import("./operations").SuggestQuery,
    import("./operations").SuggestQueryVariables
  >;
  export default text;
}
