// A question as a command of a shell, which any POSIX shell reads as it is meant.
import { word } from "../../../commands";

/** The command that asks the same without a server, of the documents that it is given. */
export const command = (text: string, variables: object, operation: string): string =>
  [
    `inroads query ${word(text)}`,
    ...(Object.keys(variables).length ? [`--variables ${word(JSON.stringify(variables))}`] : []),
    ...(operation ? [`--operation ${word(operation)}`] : []),
  ].join(" \\\n  ");

/**
 * The request that asks the same of this server.
 *
 * `body` is JSON, which holds no NUL. A token is never written out: the shell has it in a variable.
 */
export function curl(url: string, body: string, accept: string, withToken: boolean): string {
  return [
    `curl --no-buffer ${word(url)}`,
    `-H 'content-type: application/json'`,
    `-H ${word(`accept: ${accept}`)}`,
    ...(withToken ? [`-H "authorization: Bearer $INROADS_TOKEN"`] : []),
    `--data-raw ${word(body)}`,
  ].join(" \\\n  ");
}
