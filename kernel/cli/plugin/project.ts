import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { INSTALLATION, packageFolder } from '../installation.js'
import { Refusal } from '../refusal.js'

/** The part of a plugin's project that belongs to this machine; its own tsconfig.json extends it. */
const GENERATED = join('.patchbay', 'tsconfig.json')

/** Refuses a folder that `tsc` could not compile, and tells the compiler where this Patchbay is. */
export function prepareProject(folder: string): void {
  if (!existsSync(join(folder, 'tsconfig.json'))) {
    throw new Refusal(`${folder} has no tsconfig.json, so it is not a TypeScript plugin`, {
      code: 'no_project',
      hint: 'patchbay plugin new NAME writes one',
    })
  }
  mkdirSync(join(folder, '.patchbay'), { recursive: true })
  const text = `${JSON.stringify({ compilerOptions: compilerOptions(folder) }, null, 2)}\n`
  const file = join(folder, GENERATED)
  // A compiler that watches would start anew.
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text)
}

/** Patchbay itself compiles like this; types of packages come from the plugin first, as the linker does it. */
function compilerOptions(folder: string): object {
  const types = join(INSTALLATION, 'dist', 'kernel')
  const { dependencies } = JSON.parse(readFileSync(join(INSTALLATION, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  const shared = Object.keys(dependencies)
    .map(name => [name, packageFolder(name, INSTALLATION)] as const)
    .filter(([name, ours]) => ours && !packageFolder(name, folder))
  return {
    target: 'es2023',
    lib: ['es2023', 'esnext.disposable'],
    module: 'nodenext',
    moduleResolution: 'nodenext',
    strict: true,
    noUncheckedIndexedAccess: true,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    esModuleInterop: true,
    skipLibCheck: true,
    sourceMap: true,
    types: ['node'],
    typeRoots: [packageFolder('@types/node', folder) ?? packageFolder('@types/node', INSTALLATION)]
      .filter(found => found !== undefined)
      .map(found => join(found, '..')),
    paths: {
      patchbay: [join(types, 'index.d.ts')],
      'patchbay/testing': [join(types, 'testing.d.ts')],
      ...Object.fromEntries(shared.map(([name, ours]) => [name, [ours]])),
    },
  }
}
