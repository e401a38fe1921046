import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { PLUGIN_NAME } from '../../life/catalogue.js'
import type { Command } from '../command.js'
import { INSTALLATION, isRepository, ourCommand } from '../installation.js'
import { Refusal, wrongUsage } from '../refusal.js'
import { prepareProject } from './project.js'
import { ownSuite, pluginSource, projectFiles, repositorySuite } from './templates.js'

interface Written {
  /** Where the plugin is. */
  folder: string
  files: string[]
  /** What to do next: a command, and what it is for. */
  next: [command: string, purpose: string][]
}

export const pluginNew: Command = {
  name: 'plugin new',
  takes: ['NAME'],
  summary: 'writes a hello-world plugin with its tests',
  details: "Inside Patchbay's repository it goes to plugins/NAME and test/plugins/NAME.test.ts, elsewhere to ./NAME.",
  options: ['json'],
  example: 'patchbay plugin new hello',
  async run({ words: [name = ''], printed, print }) {
    checkName(name)
    const written = isRepository(process.cwd()) ? inRepository(name) : await onItsOwn(name)
    if (printed(written)) return
    const files = written.files.map(file => `  ${file}`).join('\n')
    const next = written.next.map(([command, purpose]) => `  # ${purpose}\n  ${command}`).join('\n')
    print(`wrote\n${files}\n\nnext\n${next}`)
  },
}

function checkName(name: string): void {
  if (name === 'kernel') throw wrongUsage('"kernel" is what the kernel calls itself; choose another name')
  if (!PLUGIN_NAME.test(name)) {
    throw wrongUsage(
      `"${name}" cannot be the name of a plugin: it takes small letters and digits, with single dashes between them`,
      `patchbay plugin new ${
        name
          .toLowerCase()
          .replace(/[^a-z0-9]+/g, '-')
          .replace(/^[-0-9]+|-+$/g, '') || 'hello'
      }`,
    )
  }
  if (existsSync(join(INSTALLATION, 'dist', 'plugins', name))) {
    throw new Refusal(`Patchbay has a plugin "${name}" already, which would come before yours`, {
      code: 'exists',
      hint: 'choose another name',
    })
  }
}

function inRepository(name: string): Written {
  const files = write(process.cwd(), {
    [join('plugins', name, 'index.ts')]: pluginSource(name),
    [join('test', 'plugins', `${name}.test.ts`)]: repositorySuite(name),
  })
  return {
    folder: resolve('plugins', name),
    files,
    next: [
      [`npm test -- --plugin ${name}`, 'run its tests'],
      ['npm run dev', 'serve, and have every saved file live at once; in another terminal:'],
      [`curl -i -u admin http://127.0.0.1:8080/${name}`, 'be greeted (curl asks for the password)'],
    ],
  }
}

async function onItsOwn(name: string): Promise<Written> {
  const folder = resolve(name)
  if (existsSync(folder)) throw exists(name)
  const files = write(process.cwd(), {
    [join(name, 'index.ts')]: pluginSource(name),
    [join(name, 'index.test.ts')]: ownSuite(name),
    ...Object.fromEntries(Object.entries(projectFiles(name)).map(([file, text]) => [join(name, file), text])),
  })
  prepareProject(folder)
  const us = ourCommand()
  const found = await isFound(folder)
  return {
    folder,
    files,
    next: [
      [`${us} plugin test ${name}`, 'compile it and run its tests'],
      ...(found ? [] : [[`plugin_folders: [${JSON.stringify(dirname(folder))}]`, 'a line for patchbay.yml'] as const]),
      [`${us} dev`, 'serve, and have every saved file live at once; in another terminal:'],
      [`curl -i -u admin http://127.0.0.1:8080/${name}`, 'be greeted (curl asks for the password)'],
    ] as Written['next'],
  }
}

/** Whether the configuration already has the server look there. */
async function isFound(folder: string): Promise<boolean> {
  const { loadSettings } = await import('../../config/settings.js')
  try {
    return loadSettings().settings.plugin_folders.includes(dirname(folder))
  } catch {
    // A configuration with a mistake is the server's to complain about.
    return false
  }
}

function write(base: string, texts: Record<string, string>): string[] {
  const files = Object.keys(texts)
  const taken = files.find(file => existsSync(join(base, file)))
  if (taken) throw exists(taken)
  for (const [file, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(base, file)), { recursive: true })
    writeFileSync(join(base, file), text)
  }
  return files
}

function exists(path: string): Refusal {
  return new Refusal(`${path} exists already; nothing was written`, {
    code: 'exists',
    hint: 'choose another name, or remove it first',
  })
}
