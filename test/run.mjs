// `npm test` runs everything; `npm test -- --plugin NAME` one plugin's suite; anything else goes to ava.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const given = process.argv.slice(2)
const at = given.indexOf('--plugin')
if (at >= 0) {
  const [, name] = given.splice(at, 2)
  const suites = [`dist/test/plugins/${name}.test.js`, `dist/test/plugins/${name}/`].filter(
    suite => name && existsSync(join(root, suite)),
  )
  if (suites.length === 0) {
    const expected = `test/plugins/${name ?? 'NAME'}.test.ts, or a folder of that name`
    console.error(`there is no suite for the plugin "${name ?? ''}": expected ${expected}`)
    process.exit(2)
  }
  given.push(...suites.map(suite => (suite.endsWith('/') ? `${suite}**/*.test.js` : suite)))
}
const ava = join(root, 'node_modules', 'ava', 'entrypoints', 'cli.mjs')
process.exit(spawnSync(process.execPath, [ava, ...given], { stdio: 'inherit', cwd: root }).status ?? 1)
