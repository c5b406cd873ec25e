// The types of each GraphQL document of the page, from the schema that CI compares.
import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: "../../schema.graphql",
  documents: "../inroads_api/execution/operations/page/**/*.graphql",
  generates: {
    "src/generated/operations.ts": {
      plugins: ["typescript-operations"],
      config: {
        scalars: { DateTime: "string", Date: "string", JSON: "unknown" },
        useTypeImports: true,
        avoidOptionals: { field: true },
        enumsAsTypes: true,
        skipTypename: true,
      },
    },
    "src/generated/documents.d.ts": { plugins: ["./codegen/document-modules.cjs"] },
  },
};

export default config;
