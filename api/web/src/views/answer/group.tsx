// The face of a group: it is no end of an access, but its business has an answer.

import group from "documents/answer_group.graphql";
import { Trouble } from "../../components/trouble";
import { ask } from "../../state/client";
import { fresh } from "../../state/location";
import { useAnswer } from "../../state/use_answer";
import { many, plain } from "../../words";

export function Group({ id, at }: { id: string; at: string | null }) {
  const found = useAnswer(JSON.stringify([id, at]), (abort) => ask(group, { id, at }, abort));
  const { answer, problem, busy } = found.state.value;
  const node = answer?.graph?.node;
  if (problem) return <Trouble problem={problem} again={found.again} />;
  if (!node || !("members" in node))
    return <main class="answer absent">{!busy && <h2>Nothing is known of {id}</h2>}</main>;
  const { label, business, businessLevel, members } = node;
  return (
    <main class="answer absent">
      <h2>{label}</h2>
      <p>
        {businessLevel
          ? "This group is everyone in its business. Its rows state memberships of that business."
          : "This is a project group. Its rows put people together and convey no access."}{" "}
        {many(members.totalCount, "row names a person", "rows name people")}.
      </p>
      <p>
        {business ? (
          <a href={fresh({ who: plain(business.id) })}>Who reaches {business.label}?</a>
        ) : (
          "No document says which business it is of."
        )}
      </p>
    </main>
  );
}
