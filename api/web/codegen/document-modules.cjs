// Declares each `.graphql` file as a module: the trusted document with the types of its answer.
const { basename } = require("node:path");

exports.plugin = (_schema, documents) => {
  const modules = documents.flatMap(({ location, document }) =>
    document.definitions
      .filter((each) => each.kind === "OperationDefinition")
      .map((each) => {
        const kind = each.operation[0].toUpperCase() + each.operation.slice(1);
        const name = `${each.name.value}${kind}`;
        return `declare module "*/${basename(location)}" {
  const text: import("../state/client").Document<
    import("./operations").${name},
    import("./operations").${name}Variables
  >;
  export default text;
}
`;
      }),
  );
  return modules.sort().join("");
};
