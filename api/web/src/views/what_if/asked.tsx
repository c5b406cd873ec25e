// The question of a what-if as GraphQL, command and Python.
import without from "documents/without.graphql";
import { asCommand, asPython, literal } from "../../commands";
import { AskedAs } from "../../components/asked_as";
import { location } from "../../state/location";

export function AskedWhatIf({ remove }: { remove: readonly string[] }) {
  const { at } = location.value;
  return (
    <AskedAs
      document={without}
      variables={{ remove, at: at ?? null }}
      command={asCommand(["what-if", ...remove.flatMap((each) => ["--remove", each])], at)}
      python={asPython(`g.without(${remove.map(literal).join(", ")})`, at)}
    />
  );
}
