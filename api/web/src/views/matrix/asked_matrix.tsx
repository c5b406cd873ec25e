// The question of the matrix as GraphQL, command and Python.
import matrixColumns from "documents/matrix_columns.graphql";
import matrixPeople from "documents/matrix_people.graphql";
import matrixPlace from "documents/matrix_place.graphql";
import { AskedAs } from "../../components/asked_as";
import { asked } from "./asked";
import type { Choice } from "./choice";

export function AskedMatrix({ choice, at }: { choice: Choice; at: string | undefined }) {
  const { variables, command, python } = asked(choice, at ?? null);
  const { people, places } = choice;
  const document = people.length ? matrixPeople : places.length ? matrixPlace : matrixColumns;
  return <AskedAs document={document} variables={variables} command={command} python={python} />;
}
