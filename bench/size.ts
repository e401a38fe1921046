import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { benchmark } from './parts/program.js'
import { bar, note, type Row } from './parts/table.js'

const ROOT = join(__dirname, '..', '..')
const ABOUT = 1500
/** How far from "about" is still about. */
const TOLERANCE = 1.1

interface Lines {
  files: number
  code: number
  total: number
}

/** Lines that are neither blank nor comment. */
function linesOf(folder: string): Lines {
  const lines = { files: 0, code: 0, total: 0 }
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.ts')) continue
    const text = readFileSync(join(folder, entry.name), 'utf8')
    const written = text.split('\n')
    if (written.at(-1) === '') written.pop()
    const withoutBlocks = text.replace(/^\s*\/\*[\s\S]*?\*\//gm, '').split('\n')
    lines.files++
    lines.total += written.length
    lines.code += withoutBlocks.filter(line => line.trim() !== '' && !line.trim().startsWith('//')).length
  }
  return lines
}

/** The core: how a plugin lives, how a request finds it, where it keeps things. The faces are a folder of their own. */
async function size(): Promise<Row[]> {
  const folders = ['life', 'store', 'http'].map(name => ({ name, ...linesOf(join(ROOT, 'kernel', name)) }))
  const sum = (field: 'files' | 'code' | 'total') => folders.reduce((all, folder) => all + folder[field], 0)
  return [
    bar(
      'size of life, store and http without faces: lines of code',
      `${sum('code')} (${sum('total')} with blanks and comments, ${sum('files')} files)`,
      `about ${ABOUT}`,
      sum('code') <= ABOUT * TOLERANCE,
    ),
    ...folders.map(({ name, files, code, total }) => note(name, `${code} (${total}, ${files} files)`)),
  ]
}

void benchmark('Size', size)
