import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const PROGRAM = join(__dirname, '..', '..', 'kernel', 'cli', 'patchbay.js')

/** Node's flags in the first line of `patchbay`: every server of ours is measured as people start it. */
export function nodeFlags(): string[] {
  const [first = ''] = readFileSync(PROGRAM, 'utf8').split('\n', 1)
  return first.split(' ').filter(word => word.startsWith('--'))
}
