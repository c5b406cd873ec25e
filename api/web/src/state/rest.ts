// A rest before something is asked, so that who steps through many things asks little.

/** Waits; throws an AbortError once it is over if `abort` has ended it meanwhile. */
export async function rest(milliseconds: number, abort: AbortSignal): Promise<void> {
  await new Promise((done) => setTimeout(done, milliseconds));
  abort.throwIfAborted();
}
