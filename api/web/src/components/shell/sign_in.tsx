// The dialog that asks for a token, and the button that forgets it or asks for one.
import "./sign_in.css";
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { sentence } from "../../state/problem";
import { giveToken, refusal, signIn, signOut, token, tokenIn } from "../../state/token";

export function SignIn() {
  const dialog = useRef<HTMLDialogElement>(null);
  const pasted = useSignal("");
  const wanted = signIn.value === "wanted" || signIn.value === "refused";
  useLayoutEffect(() => {
    if (wanted && !dialog.current?.open) dialog.current?.showModal();
    if (!wanted) dialog.current?.close();
  }, [wanted]);
  return (
    <dialog
      ref={dialog}
      class="sign-in"
      aria-labelledby="sign-in-title"
      onClose={() => {
        // Whoever closes it is not asked again while they look around.
        if (signIn.value !== "none") signIn.value = "declined";
      }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!tokenIn(pasted.value)) return;
          giveToken(pasted.value);
          pasted.value = "";
        }}
      >
        <h2 id="sign-in-title">Sign in</h2>
        {signIn.value === "refused" ? (
          <p class="sign-in-refused" role="alert">
            The server refused this token. {refusal.value && sentence(refusal.value)}
          </p>
        ) : (
          <p>
            This server answers to a token only. The token stays in this page, and is forgotten when
            you leave it.
          </p>
        )}
        <label>
          Token
          {/* Not a password: a browser would offer to store it. */}
          <input
            autoFocus
            name="token"
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            placeholder="inr_…"
            value={pasted.value}
            onInput={(event) => {
              pasted.value = event.currentTarget.value;
            }}
          />
        </label>
        <p class="form-buttons">
          <button type="button" class="quiet" onClick={() => dialog.current?.close()}>
            Not now
          </button>
          <button type="submit" class="chief">
            Sign in
          </button>
        </p>
      </form>
    </dialog>
  );
}

/** The button that is due: to sign out, or to sign in after all. */
export function SignInOrOut() {
  if (signIn.value === "declined") {
    return (
      <button
        type="button"
        class="chief"
        onClick={() => {
          signIn.value = token.value ? "refused" : "wanted";
        }}
      >
        Sign in
      </button>
    );
  }
  if (!token.value) return null;
  return (
    <button type="button" class="quiet" onClick={signOut}>
      Sign out
    </button>
  );
}
