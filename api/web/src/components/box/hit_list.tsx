// The list under the box: what its text may mean, or that it means nothing here.
import { useEffect, useRef } from "preact/hooks";
import { faceOf, type Problem } from "../../state/problem";
import { kindOf } from "../../words";
import { Glyph } from "../glyph";
import { Name } from "../name";
import { about, type exact, type Hit } from "./hits";

interface Props {
  id: string;
  typed: string;
  edges: readonly Parameters<typeof exact>[0][number][];
  chosen: number;
  take(hit: Hit): void;
  problem: Problem | null;
}

export function HitList({ id, typed, edges, chosen, take, problem }: Props) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  if (problem) {
    const { says, help } = faceOf(problem);
    return (
      <div class="hits hit-none" role="status">
        {says} {help} What you typed stays.
      </div>
    );
  }
  if (!edges.length) {
    return (
      <div class="hits hit-none" role="status">
        Nothing here has “<Name of={typed} />” in its email, name or id.
      </div>
    );
  }
  return (
    <div ref={list} id={id} class="hits" role="listbox" aria-label="Matches">
      {edges.map(({ node }, index) => (
        <div
          key={node.id}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === chosen}
          onMouseDown={(event) => {
            event.preventDefault(); // the focus stays in the box
            if (event.button === 0) take(node);
          }}
        >
          <Glyph of={kindOf(node.id)} />
          <span class="hit-name">
            <Name of={node.label} typed={typed} />
          </span>
          <span class="hit-about">
            {about(node).map((part, place) => (
              <span key={part}>
                {place > 0 && " · "}
                <Name of={part} typed={place > 0 ? typed : ""} />
              </span>
            ))}
          </span>
        </div>
      ))}
    </div>
  );
}
