// The face of a problem: what happened, in a sentence, and what can be done.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { link } from "../state/location";
import { faceOf, type Problem, sentence } from "../state/problem";
import { signIn } from "../state/token";
import { many } from "../words";
import { Prose } from "./prose";

export function Trouble({ problem, again }: { problem: Problem; again?: () => void }) {
  const face = faceOf(problem);
  return (
    <div class="trouble">
      <div role={face.retry === "self" ? "status" : "alert"}>
        <p>
          <Prose text={face.says} />
        </p>
        {face.words && <p class="trouble-words">{sentence(problem.message)}</p>}
        {face.help && (
          <p class="trouble-help">
            <Prose text={face.help} />
          </p>
        )}
      </div>
      {face.now && <a href={link({ at: null })}>Show the graph of now</a>}
      {face.retry === "token" && (
        <button
          type="button"
          onClick={() => {
            signIn.value = "wanted";
          }}
        >
          Sign in
        </button>
      )}
      {face.retry === "asked" && again && (
        <Again key={problem.message} wait={problem.wait} again={again} />
      )}
    </div>
  );
}

/** Another try, which waits as long as the server wants it to. */
function Again({ wait, again }: { wait: number | null; again: () => void }) {
  const left = useSignal(wait ?? 0);
  const wanted = useSignal(false);
  useEffect(() => {
    const end = Date.now() + (wait ?? 0) * 1_000;
    const timer = setInterval(() => {
      left.value = Math.max(0, Math.ceil((end - Date.now()) / 1_000));
      if (left.value) return;
      clearInterval(timer);
      if (wanted.value) again();
    }, 250);
    return () => clearInterval(timer);
  }, [wait]);
  const seconds = many(left.value, "second", "seconds");
  return (
    <button
      type="button"
      aria-disabled={wanted.value}
      onClick={() => {
        if (left.value) wanted.value = true;
        else again();
      }}
    >
      {!left.value
        ? "Try again"
        : wanted.value
          ? `Asked again in ${seconds}`
          : `Try again in ${seconds}`}
    </button>
  );
}
