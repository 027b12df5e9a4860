/** Writes the generated parts of src/README.md: the picture of the rooms, and the files that one mint enters. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { drawRooms, readRooms } from "./house/rooms.ts";
import { walkOneMint } from "./house/walk.ts";
import { describeWalk, replaceGenerated } from "./house/generated.ts";
import { PROJECT } from "./steps.ts";

const path = join(PROJECT, "src/README.md");
const rooms = readRooms(PROJECT);
let text = readFileSync(path, "utf8");
text = replaceGenerated(text, "rooms", drawRooms(rooms));
text = replaceGenerated(text, "walk", describeWalk(await walkOneMint(PROJECT, rooms), rooms));
writeFileSync(path, text);
