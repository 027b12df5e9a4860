/** One run of a helper. */
export interface Step {
  readonly args: readonly string[];
  readonly stdin: string;
}

const get = (stdin: string): Step => ({ args: ["get"], stdin });
const erase = (stdin: string): Step => ({ args: ["erase"], stdin });
const list = (stdin = "unused"): Step => ({ args: ["list"], stdin });
const store = (ServerURL: string, Username: string, Secret: string): Step => ({
  args: ["store"],
  stdin: `${JSON.stringify({ ServerURL, Username, Secret })}\n`,
});
const storeRaw = (stdin: string): Step => ({ args: ["store"], stdin });

/** The requests to every helper, in this order. The store is empty at first. */
export const STEPS: Readonly<Record<string, Step>> = {
  "no argument": { args: [], stdin: "" },
  "two arguments": { args: ["get", "get"], stdin: "" },
  "an unknown action": { args: ["fetch"], stdin: "" },
  "an action in capitals": { args: ["GET"], stdin: "https://one.test" },
  version: { args: ["version"], stdin: "" },
  "list while empty": list(),
  "list without stdin": list(""),
  "get of nothing": get(""),
  "get of white space": get(" \n\t\n"),
  "get of a server without a login": get("https://one.test"),
  "erase of nothing": erase(""),
  "erase of a missing login": erase("https://one.test"),
  "store of nothing": storeRaw(""),
  "store of no JSON": storeRaw("not json"),
  "store of a list": storeRaw("[]"),
  "store of unfinished JSON": storeRaw('{"ServerURL":"https://one.test"'),
  "store of a number as secret": storeRaw('{"ServerURL":"https://one.test","Username":"u","Secret":1}'),
  "store without ServerURL": storeRaw('{"Username":"u","Secret":"s"}'),
  "store without Username": storeRaw('{"ServerURL":"https://one.test","Secret":"s"}'),
  "store with an empty ServerURL": store("", "u", "s"),
  "store with an empty Username": store("https://one.test", "", "s"),
  "store of a login": store("https://one.test", "user", "secret"),
  "get of it": get("https://one.test"),
  "get of it as echo sends it": get("https://one.test\n"),
  "get of it amid white space": get("  https://one.test \r\n"),
  "get of it with a slash at the end": get("https://one.test/"),
  "get of it without the scheme": get("one.test"),
  "list of it": list(),
  "list of it without stdin": list(""),
  "store of a new secret": store("https://one.test", "user", "changed"),
  "get of the new secret": get("https://one.test"),
  "store of a second user": store("https://one.test", "zweite", "other"),
  "get after the second user": get("https://one.test"),
  "list after the second user": list(),
  "erase of both": erase("https://one.test"),
  "get after erase": get("https://one.test"),
  "list after erase": list(),
  "store with more fields": storeRaw(
    '{"ServerURL":"https://two.test","Username":"u","Secret":"s","More":1}\n',
  ),
  "get of what had more fields": get("https://two.test"),
  "store with fields in other capitals": storeRaw(
    '{"serverurl":"https://caps.test","USERNAME":"u","secret":"s"}\n',
  ),
  "get of what had other capitals": get("https://caps.test"),
  "erase of what had other capitals": erase("https://caps.test"),
  "store of an empty secret": store("https://empty.test", "u", ""),
  "get of an empty secret": get("https://empty.test"),
  "erase of an empty secret": erase("https://empty.test"),
  "store as Go escapes it": storeRaw(
    '{"ServerURL":"https://go.test","Username":"\\u003ctoken\\u003e","Secret":"a\\u0026b"}\n',
  ),
  "get as Go escapes it": get("https://go.test"),
  "store of odd characters": store(
    "https://odd.test",
    'ü"\\/é日本',
    'tab\tquote"back\\slash<&>\u2028\u007f😀',
  ),
  "get of odd characters": get("https://odd.test"),
  "store of line breaks": store("https://lines.test", "u", "one\ntwo\n"),
  "get of line breaks": get("https://lines.test"),
  "store of a long secret": store("https://long.test", "u", "x".repeat(10_000)),
  "get of a long secret": get("https://long.test"),
  "store with a port and a path": store("https://port.test:5000/v2/path", "u", "s"),
  "get with a port and a path": get("https://port.test:5000/v2/path"),
  "get with a port and another path": get("https://port.test:5000/v2/other"),
  "get with another port": get("https://port.test:5001/v2/path"),
  "store of a bare host": store("bare.test", "u", "s"),
  "get of a bare host": get("bare.test"),
  "store for Docker Hub": store("https://index.docker.io/v1/", "u", "s"),
  "store of Docker Hub's access token": store("https://index.docker.io/v1/access-token", "u", "access"),
  "store of Docker Hub's refresh token": store("https://index.docker.io/v1/refresh-token", "u", "refresh"),
  "get for Docker Hub": get("https://index.docker.io/v1/"),
  "get of Docker Hub's access token": get("https://index.docker.io/v1/access-token"),
  "get of Docker Hub's refresh token": get("https://index.docker.io/v1/refresh-token"),
  "list of many": list(),
  "erase for Docker Hub": erase("https://index.docker.io/v1/"),
  "get for Docker Hub after erase": get("https://index.docker.io/v1/"),
  "get of Docker Hub's access token after erase": get("https://index.docker.io/v1/access-token"),
  "erase as echo sends it": erase("bare.test\n"),
  "get after that": get("bare.test"),
};
