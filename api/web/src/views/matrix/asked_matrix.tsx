// The question of the matrix as GraphQL, command and Python.
import matrixAccount from "documents/matrix_account.graphql";
import matrixBusiness from "documents/matrix_business.graphql";
import matrixColumns from "documents/matrix_columns.graphql";
import matrixPeople from "documents/matrix_people.graphql";
import { AskedAs } from "../../components/asked_as";
import { kindOf } from "../../words";
import { asked } from "./asked";
import type { Choice } from "./choice";

export function AskedMatrix({ choice, at }: { choice: Choice; at: string | undefined }) {
  const { variables, command, python } = asked(choice, at ?? null);
  const [place] = choice.places;
  const document = choice.people.length
    ? matrixPeople
    : !place
      ? matrixColumns
      : kindOf(place) === "account"
        ? matrixAccount
        : matrixBusiness;
  return (
    <AskedAs
      document={{ id: document.id, text: document.text }}
      variables={variables}
      command={command}
      python={python}
    />
  );
}
