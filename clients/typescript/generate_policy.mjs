// Writes the retry policy that all clients share as a module, which Node and bundlers read alike.
import { readFileSync, writeFileSync } from "node:fs";

const config = readFileSync(new URL("../service_config.json", import.meta.url), "utf8");
writeFileSync(new URL("src/generated/service_config.ts", import.meta.url), `export default ${config.trim()};\n`);
