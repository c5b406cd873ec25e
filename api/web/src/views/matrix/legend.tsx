// What the letters and the looks of the cells mean.
import type { Role } from "../../generated/operations";
import { low } from "../../words";
import type { Shape } from "./shape";
import { SHORT } from "./words";

export function Legend({ shape }: { shape: Shape }) {
  return (
    <p class="legend">
      {(Object.keys(SHORT) as Role[])
        .filter((role) => shape.roles.has(role))
        .map((role) => (
          <span key={role}>
            <b>{SHORT[role]}</b> {low(role)}
          </span>
        ))}
      <span>
        <b class="access inferred">abc</b> inferred by rule
      </span>
      <span>
        <b class="access latent">abc</b> latent
      </span>
      <span>
        <b class="access contested">abc!</b> contested
      </span>
      <span>
        <b>abc+1</b> one more role
      </span>
      <span>
        <b>…</b> not read yet
      </span>
    </p>
  );
}
