import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { Command } from '../command.js'
import { compile } from '../compiler.js'
import { Refusal } from '../refusal.js'
import { prepareProject } from './project.js'

/** Compiles the plugin in `folder` to its `dist/`, or says why not. */
export async function build(folder: string): Promise<void> {
  if (!existsSync(folder)) throw new Refusal(`there is no folder ${folder}`, { code: 'no_project' })
  if (existsSync(join(folder, 'plugins')) && existsSync(join(folder, 'kernel'))) {
    throw new Refusal(`${folder} is Patchbay itself, not a plugin; nothing was compiled`, {
      code: 'no_project',
      hint: 'npm run build compiles it with all plugins of the house; name a folder to build a plugin of your own',
    })
  }
  prepareProject(folder)
  if (!(await compile(folder))) {
    throw new Refusal(`${basename(folder)} has mistakes, which the compiler has listed above`, {
      code: 'compile_failed',
      hint: 'mend them and build again; a running Patchbay keeps what it has until a reload',
    })
  }
  if (!existsSync(join(folder, 'dist', 'index.js'))) {
    throw new Refusal(`${folder} was compiled, but there is no dist/index.js in it`, {
      code: 'no_entry',
      hint: 'set "rootDir": "." and "outDir": "dist" in its tsconfig.json, and begin the plugin in index.ts',
    })
  }
}

export const pluginBuild: Command = {
  name: 'plugin build',
  takes: ['[DIR]'],
  summary: 'compiles your own TypeScript plugin to its dist/index.js',
  details:
    "For a plugin outside Patchbay's repository. DIR is its folder, else the current one. patchbay dev builds whenever a file is saved.",
  options: [],
  example: 'patchbay plugin build hello',
  async run({ words: [folder = '.'], print }) {
    const built = resolve(folder)
    await build(built)
    print(`${join(built, 'dist', 'index.js')} is ready`)
  },
}
