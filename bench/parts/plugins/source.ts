import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Files of a plugin by their path in its folder, as `tsc` would have written them. */
export type Source = Record<string, string>

/** Writes a plugin to disk, each file in one step: a reload never finds half of one. */
export function writePlugin(folder: string, name: string, source: Source): void {
  for (const [path, text] of Object.entries(source)) {
    const file = join(folder, name, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(`${file}.new`, text)
    renameSync(`${file}.new`, file)
  }
}

/** A file that exports one number, the one that every reload changes. */
export function revisionFile(revision: number): string {
  return `"use strict";\nObject.defineProperty(exports, "__esModule", { value: true });\nexports.REVISION = ${revision};\n`
}

/** An index file: `start` is the body of the function, in which `ctx` and `patchbay_1` are known. */
export function indexFile(name: string, fields: string, start: string, requires = ''): string {
  return `"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
const patchbay_1 = require("patchbay");
${requires}
exports.default = (0, patchbay_1.plugin)({
  name: ${JSON.stringify(name)},
  version: "1.0.0",
  ${fields}
  async start(ctx) {
    ${start}
  },
});
`
}
