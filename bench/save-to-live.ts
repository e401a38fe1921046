import { spawn } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fetchText } from './parts/load.js'
import { benchmark, option } from './parts/program.js'
import { startPatchbay } from './parts/servers.js'
import { quantile, sorted } from './parts/statistics.js'
import { bar, note, type Row } from './parts/table.js'
import { temporaryFolder } from './parts/temporary.js'

const ROOT = join(__dirname, '..', '..')
const NAME = 'bench-saved'
const MOST_MS = 200
const PATIENCE_MS = 20_000

const INDEX = `import { plugin } from 'patchbay'
import { REVISION } from './revision.js'

export default plugin({
  name: '${NAME}',
  version: '1.0.0',
  start(ctx) {
    ctx.route('GET', '/saved', { public: true }, () => String(REVISION))
  },
})
`

const TSCONFIG = {
  extends: join(ROOT, 'tsconfig.json'),
  compilerOptions: { rootDir: 'src', outDir: 'built', types: [], sourceMap: false, declaration: false },
  include: ['src'],
}

/** A TypeScript plugin in a folder of its own, as a user's is. */
function writeProject(): { folder: string; save(revision: number): void } {
  const folder = temporaryFolder()
  const plugin = join(folder, 'src', NAME)
  mkdirSync(join(folder, 'built', NAME), { recursive: true })
  mkdirSync(plugin, { recursive: true })
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(ROOT, join(folder, 'node_modules', 'patchbay'))
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG))
  writeFileSync(join(plugin, 'index.ts'), INDEX)
  const save = (revision: number) =>
    writeFileSync(join(plugin, 'revision.ts'), `export const REVISION: number = ${revision}\n`)
  save(0)
  return { folder, save }
}

/** From the end of writing a source file to the first answer of its code, with `tsc --watch` and the watcher in between. */
async function saveToLive(): Promise<Row[]> {
  const { folder, save } = writeProject()
  const compiler = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc')
  const watching = spawn(process.execPath, [compiler, '--watch', '--preserveWatchOutput', '-p', folder], {
    stdio: 'pipe',
  })
  process.once('exit', () => watching.kill())
  let written = ''
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the compiler is not ready:\n${written}`)), PATIENCE_MS)
    watching.stdout.on('data', (text: Buffer) => {
      written += text
      if (!written.includes('Watching for file changes')) return
      clearTimeout(timer)
      resolve()
    })
  })
  const server = await startPatchbay({ pluginFolders: [join(folder, 'built')], start: [NAME] })
  await server.ask('watch')
  const port = await server.ask('port')
  const times: number[] = []
  for (let revision = 1; revision <= option('saves', 40); revision++) {
    await pause(300)
    save(revision)
    const saved = performance.now()
    while ((await fetchText(port, '/saved')).body !== String(revision)) {
      if (performance.now() - saved > PATIENCE_MS) throw new Error(`revision ${revision} never answered:\n${written}`)
      await pause(1)
    }
    times.push(performance.now() - saved)
  }
  watching.kill()
  await server.end()
  const order = sorted(times)
  const p50 = quantile(order, 0.5)
  return [
    bar('save → new generation answering, tsc --watch: p50', `${p50.toFixed(0)} ms`, `< ${MOST_MS} ms`, p50 < MOST_MS),
    note(
      'the quickest, p90, the slowest',
      `${order[0]!.toFixed(0)}, ${quantile(order, 0.9).toFixed(0)}, ${order.at(-1)!.toFixed(0)} ms`,
    ),
  ]
}

void benchmark('Save to live', saveToLive)
