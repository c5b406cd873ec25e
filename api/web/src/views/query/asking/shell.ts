// A question as a command of a shell, which any POSIX shell reads as it is meant.

/** A text as one word of a POSIX shell, whatever stands in it. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The command that asks the same without a server, of the documents that it is given. */
export const command = (text: string, variables: object, operation: string): string =>
  [
    `inroads query ${quoted(text)}`,
    ...(Object.keys(variables).length ? [`--variables ${quoted(JSON.stringify(variables))}`] : []),
    ...(operation ? [`--operation ${quoted(operation)}`] : []),
  ].join(" \\\n  ");

/**
 * The request that asks the same of this server.
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
