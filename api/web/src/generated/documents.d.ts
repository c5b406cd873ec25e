declare module "*/suggest.graphql" {
  const text: import("../state/client").Document<
    import("./operations").SuggestQuery,
    import("./operations").SuggestQueryVariables
  >;
  export default text;
}
