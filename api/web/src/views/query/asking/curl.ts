// A question as a curl command, which any POSIX shell reads as it is meant.

/** A text as one word of a POSIX shell, whatever stands in it. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * The command that asks the same.
 *
 * `body` is JSON, which holds no NUL. A token is never written out: the shell has it in a variable.
 */
export function curl(url: string, body: string, accept: string, withToken: boolean): string {
  return [
    `curl --no-buffer ${quoted(url)}`,
    `-H 'content-type: application/json'`,
    `-H ${quoted(`accept: ${accept}`)}`,
    ...(withToken ? [`-H "authorization: Bearer $INROADS_TOKEN"`] : []),
    `--data-raw ${quoted(body)}`,
  ].join(" \\\n  ");
}
