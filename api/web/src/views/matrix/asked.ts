// The words in which a matrix is asked elsewhere: its first question, a command, lines of Python.
import { type Choice, COLUMNS } from "./choice";

export interface Asked {
  variables: object;
  command: string;
  python: string;
}

/** How the first part of a matrix is asked; the other parts differ in their ids alone. */
export function asked({ people, places }: Choice, at: string | null): Asked {
  const moment = at ? ` --as-of ${at}` : "";
  const [person] = people;
  const [place] = places;
  if (person)
    return {
      variables: { ids: people, first: 50, at },
      command: `reach ${person} --format csv${moment}`,
      python: lines(people, "people", "g.reach(each)", "each, one.resource, *one.roles"),
    };
  if (place)
    return {
      variables: { id: place, first: 500, after: null, at },
      command: `reached-by ${place} --sort name --format csv${moment}`,
      python: lines(places, "places", "g.reached_by(each)", "one.principal, each, *one.roles"),
    };
  return {
    variables: { first: COLUMNS, at },
    command: `census --kind business --top ${COLUMNS}${moment}`,
    python: "import inroads\n\nprint(inroads.census(g))",
  };
}

function lines(ids: readonly string[], name: string, question: string, row: string): string {
  return [
    `${name} = ${JSON.stringify(ids)}`,
    `for each in ${name}:`,
    `    for one in ${question}:`,
    `        print(${row})`,
  ].join("\n");
}
