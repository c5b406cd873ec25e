declare module "*/matrix_account.graphql" {
  const text: import("../state/client").Document<
    import("./operations").MatrixAccountQuery,
    import("./operations").MatrixAccountQueryVariables
  >;
  export default text;
}
declare module "*/matrix_business.graphql" {
  const text: import("../state/client").Document<
    import("./operations").MatrixBusinessQuery,
    import("./operations").MatrixBusinessQueryVariables
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
declare module "*/matrix_person.graphql" {
  const text: import("../state/client").Document<
    import("./operations").MatrixPersonQuery,
    import("./operations").MatrixPersonQueryVariables
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
