import { createRequire } from "node:module";
import * as path from "node:path";
import { closeGaps } from "./gaps";

/** The repository's own program, as it is, with what an emulator of AWS lacks left alone. */
closeGaps();
const root = path.resolve(__dirname, "../../..");
// Where Pulumi.yaml lies otherwise: build contexts and model files are named from there.
process.chdir(root);
// The program runs when it is loaded.
const load = createRequire(__filename);
module.exports = load(path.join(root, "index.ts")) as object;
