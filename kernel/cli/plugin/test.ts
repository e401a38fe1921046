import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { Command } from '../command.js'
import { Refusal } from '../refusal.js'
import { build } from './build.js'

export const pluginTest: Command = {
  name: 'plugin test',
  takes: ['[DIR]'],
  summary: 'builds your own TypeScript plugin and runs its suite',
  details:
    "The suite is every dist/*.test.js, run by Node's own test runner. Inside the repository: npm test -- --plugin NAME.",
  options: [],
  example: 'patchbay plugin test hello',
  async run({ words: [given = '.'] }) {
    const folder = resolve(given)
    await build(folder)
    const suites = readdirSync(join(folder, 'dist')).filter(file => file.endsWith('.test.js'))
    if (suites.length === 0) {
      throw new Refusal(`${basename(folder)} has no tests`, { code: 'no_tests', hint: 'write them as NAME.test.ts' })
    }
    const files = suites.map(file => join(folder, 'dist', file))
    // A test that fails may leave a server open, which would keep the runner for ever.
    const args = ['--require', join(__dirname, 'resolve-ours.js'), '--test', '--test-force-exit', ...files]
    const runner = spawn(process.execPath, args, {
      stdio: 'inherit',
    })
    const code = await new Promise<number | null>(done => runner.once('exit', done))
    if (code !== 0) throw new Refusal(`the suite of ${basename(folder)} fails`, { code: 'tests_failed' })
  },
}
