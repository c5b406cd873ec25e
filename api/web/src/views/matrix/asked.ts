// The words in which a matrix is asked elsewhere: its first question, a command, lines of Python.
import { asCommand, literal } from "../../commands";
import { type Choice, COLUMNS } from "./choice";

export interface Asked {
  variables: object;
  command: string;
  python: string;
}

/** How the first part of a matrix is asked; the other parts differ in their ids alone. */
export function asked({ people, places }: Choice, at: string | null): Asked {
  const [person] = people;
  const [place] = places;
  if (person)
    return {
      variables: { ids: people, first: 50, after: null, at },
      command: asCommand(["reach", person, "--format", "csv"], at),
      python: lines(people, "people", "g.reach(each)", "each, one.resource, *one.roles"),
    };
  if (place)
    return {
      variables: { id: place, first: 500, after: null, at },
      command: asCommand(["reached-by", place, "--sort", "name", "--format", "csv"], at),
      python: lines(places, "places", "g.reached_by(each)", "one.principal, each, *one.roles"),
    };
  return {
    variables: { first: COLUMNS, at },
    command: asCommand(["census", "--kind", "business", "--top", `${COLUMNS}`], at),
    python: "import inroads\n\nprint(inroads.census(g))",
  };
}

function lines(ids: readonly string[], name: string, question: string, row: string): string {
  return [
    `${name} = ${literal(ids)}`,
    `for each in ${name}:`,
    `    for one in ${question}:`,
    `        print(${row})`,
  ].join("\n");
}
