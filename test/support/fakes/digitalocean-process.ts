/**
 * The stand-in as a process of its own: `node digitalocean-process.ts OPTIONS-AS-JSON`. Prints one line of
 * JSON, `{"url","control"}`, when both ports listen. Ends with its standard input, so that it does not
 * outlive the process that started it.
 */
import { createStandIn, type StandInOptions } from "./digitalocean-api.ts";
import { openControlChannel } from "./digitalocean-control.ts";

function isOptions(value: unknown): value is StandInOptions {
  return typeof value === "object" && value !== null;
}

const options: unknown = JSON.parse(process.argv[2] ?? "{}");
const standIn = await createStandIn(isOptions(options) ? options : {});
const control = await openControlChannel(standIn);
process.stdin.resume();
process.stdin.once("end", () => process.exit(0));
process.stdout.write(`${JSON.stringify({ url: standIn.url, control: control.url })}\n`);
