// The operations of a document: their names, kinds and variables, and where its text is broken.
import { GraphQLError, type OperationDefinitionNode, parse, print } from "graphql";

export interface Operation {
  /** "" for the one operation of a document that names none. */
  name: string;
  kind: "query" | "mutation" | "subscription";
  variables: { name: string; type: string; required: boolean }[];
}

export interface Place {
  line: number;
  column: number;
}

export type Read = { operations: Operation[] } | { message: string; places: readonly Place[] };

/** Reads the operations of a document; where it cannot be read, the reason and its place. */
export function operationsOf(text: string): Read {
  try {
    const found = parse(text).definitions.filter((each) => each.kind === "OperationDefinition");
    return found.length
      ? { operations: found.map(operation) }
      : { message: "The document has no operation.", places: [] };
  } catch (thrown) {
    if (!(thrown instanceof GraphQLError)) throw thrown;
    return { message: thrown.message, places: thrown.locations ?? [] };
  }
}

function operation(node: OperationDefinitionNode): Operation {
  return {
    name: node.name?.value ?? "",
    kind: node.operation,
    variables: (node.variableDefinitions ?? []).map((each) => ({
      name: each.variable.name.value,
      type: print(each.type),
      required: each.type.kind === "NonNullType" && each.defaultValue === undefined,
    })),
  };
}

/** The variables to begin with: what must be given, as empty as its type allows. */
export function blank(operation: Operation, at: string | undefined): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const { name, type, required } of operation.variables) {
    if (required) found[name] = type.startsWith("[") ? [] : "";
    if (name === "at" && at) found[name] = at;
  }
  return found;
}
