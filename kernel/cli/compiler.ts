import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { INSTALLATION, packageFolder } from './installation.js'
import { Refusal } from './refusal.js'

/** The TypeScript compiler that is installed for `folder`, else ours: a program and its first arguments. */
function findCompiler(folder: string): [program: string, ...first: string[]] {
  const typescript = packageFolder('typescript', folder) ?? packageFolder('typescript', INSTALLATION)
  if (!typescript) {
    throw new Refusal('the TypeScript compiler is not installed, so nothing was compiled', {
      code: 'no_compiler',
      hint: `npm install --save-dev typescript@7 @types/node, in ${folder} or in ${INSTALLATION}`,
    })
  }
  // From 7 on `tsc` is a native program; the script around it would not pass a signal on.
  const native = packageFolder(`@typescript/typescript-${process.platform}-${process.arch}`, typescript)
  const program = native && join(native, 'lib', process.platform === 'win32' ? 'tsc.exe' : 'tsc')
  if (program && existsSync(program)) return [program]
  return [process.execPath, join(typescript, 'bin', 'tsc')]
}

/** Starts the compiler on the project in `folder`; what it says goes to stderr, so that stdout stays a log. */
export function startCompiler(folder: string, ...more: string[]): ChildProcess {
  const [program, ...first] = findCompiler(folder)
  return spawn(program, [...first, '-p', folder, ...more], {
    stdio: ['ignore', process.stderr, process.stderr],
    cwd: folder,
    env: { ...process.env, PWD: folder },
  })
}

/** Compiles the project in `folder`; true when it found no mistake. */
export async function compile(folder: string): Promise<boolean> {
  const compiler = startCompiler(folder)
  const code = await new Promise<number | null>((resolve, reject) => {
    compiler.once('error', reject)
    compiler.once('exit', resolve)
  })
  return code === 0
}
