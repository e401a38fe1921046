import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import test from 'ava'

const ROOT = join(__dirname, '..', '..')

interface Import {
  file: string
  target: string
  typeOnly: boolean
}

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile() && entry.name.endsWith('.ts'))
    .map(entry => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join('/'))
}

const IMPORT =
  /^(?:import|export)\s+(type\s+)?(?:[^'"]*?\sfrom\s+)?['"]([^'"]+)['"]|\b(?:import|require)\(\s*['"]([^'"]+)['"]/gm

/** Relative targets become paths from the root, without their ending. */
function imports(file: string): Import[] {
  // Templates hold code that is written elsewhere.
  const text = readFileSync(join(ROOT, file), 'utf8').replace(/`[^`]*`/g, '``')
  return [...text.matchAll(IMPORT)].map(([, type, from, dynamic]) => {
    const name = (from ?? dynamic)!
    const target = name.startsWith('.') ? join(dirname(file), name).split(sep).join('/').replace(/\.js$/, '') : name
    return { file, target, typeOnly: type !== undefined }
  })
}

const kernelImports = sources('kernel').flatMap(imports)
const pluginImports = sources('plugins').flatMap(imports)
const show = (found: Import[]) => found.map(({ file, target }) => `${file} imports ${target}`)

test('a plugin imports patchbay, its own folder, npm packages, and types of a backend or of accounts', t => {
  const wrong = pluginImports.filter(({ file, target, typeOnly }) => {
    const own = file.split('/').slice(0, 2).join('/')
    if (target === 'patchbay' || target.startsWith(`${own}/`)) return false
    if (typeOnly && /^plugins\/[^/]+\/(backend|accounts)$/.test(target)) return false
    return target.startsWith('kernel') || target.startsWith('plugins') || target.startsWith('patchbay/')
  })
  t.deepEqual(show(wrong), [])
  t.true(pluginImports.length > 20)
})

test('the kernel never imports a plugin, and its faces name none', t => {
  t.deepEqual(show(kernelImports.filter(({ target }) => target.startsWith('plugins/'))), [])
  const names = readdirSync(join(ROOT, 'plugins'))
  const naming = sources('kernel/http/faces').flatMap(file => {
    const text = readFileSync(join(ROOT, file), 'utf8')
    return names.filter(name => name.includes('-') && text.includes(name)).map(name => `${file} names ${name}`)
  })
  t.deepEqual(naming, [])
})

/** Lower layers know nothing of higher ones; types may look up, since the compiler erases them. */
const LAYERS: [layer: number, pattern: RegExp][] = [
  [0, /^kernel\/(errors|config\/|names\/)/],
  [1, /^kernel\/(life|store)\//],
  [2, /^kernel\/http\//],
  [4, /^kernel\/(main|testing|cli\/)/],
  [3, /^kernel\//],
]
const layerOf = (file: string) => LAYERS.find(([, pattern]) => pattern.test(file))![0]

test('inside the kernel: errors, config ← store, life ← http ← kernel ← main', t => {
  const wrong = kernelImports.filter(
    ({ file, target, typeOnly }) => target.startsWith('kernel/') && !typeOnly && layerOf(target) > layerOf(file),
  )
  // All that a plugin may import has to be gathered somewhere.
  t.deepEqual(show(wrong.filter(({ file }) => file !== 'kernel/index.ts')), [])
})

test('store and life do not know each other at run time', t => {
  const wrong = kernelImports.filter(
    ({ file, target, typeOnly }) =>
      !typeOnly &&
      ((file.startsWith('kernel/life/') && target.startsWith('kernel/store/')) ||
        (file.startsWith('kernel/store/') && target.startsWith('kernel/life/'))),
  )
  t.deepEqual(show(wrong), [])
})

test('every npm package that is imported is declared', t => {
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  const undeclared = [...kernelImports, ...pluginImports].filter(({ target }) => {
    if (/^(kernel|plugins|patchbay|node:)/.test(target)) return false
    const name = target
      .split('/')
      .slice(0, target.startsWith('@') ? 2 : 1)
      .join('/')
    return !(name in dependencies)
  })
  t.deepEqual(show(undeclared), [])
})

test('a plugin index is a table of contents: at most 60 lines', t => {
  const long = sources('plugins')
    .filter(file => file.endsWith('/index.ts'))
    .filter(file => readFileSync(join(ROOT, file), 'utf8').split('\n').length > 60)
  t.deepEqual(long, [])
})

test('linking a plugin does nothing: all doing is inside start', t => {
  const before = process.getActiveResourcesInfo().length
  for (const name of readdirSync(join(ROOT, 'plugins'))) require(join(ROOT, 'dist', 'plugins', name, 'index.js'))
  t.is(process.getActiveResourcesInfo().length, before)
})

test('the lock file holds the packages of every platform, so that npm ci works everywhere', t => {
  interface Locked {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>
  }
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Locked
  const missing = Object.values(packages)
    .flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies))
    .filter(name => !(`node_modules/${name}` in packages))
  t.deepEqual(missing, [])
})

test('the built command line can be executed', t => {
  const { bin } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { bin: Record<string, string> }
  t.deepEqual(Object.keys(bin), ['patchbay', 'ejabberdctl', 'vmq-admin'])
  for (const file of Object.values(bin)) t.not(statSync(join(ROOT, file)).mode & 0o111, 0, file)
})

test('every relative link in the documentation leads somewhere', t => {
  const pages = [
    'README.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    ...readdirSync(join(ROOT, 'docs')).map(name => `docs/${name}`),
  ]
  const dead = pages.flatMap(page =>
    [...readFileSync(join(ROOT, page), 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
      .map(([, target]) => join(dirname(page), target!))
      .filter(target => !existsSync(join(ROOT, target)))
      .map(target => `${page} → ${target}`),
  )
  t.deepEqual(dead, [])
})
