import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import test, { type ImplementationFn } from 'ava'

/** Where Debian puts servers, which is not on everybody's PATH. */
const ALSO = ['/usr/sbin', '/usr/local/sbin']

/** The path of a program, undefined when it is not installed. */
export function installed(program: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...ALSO]
  return folders.map(folder => join(folder, program)).find(isExecutable)
}

/**
 * A test against real programs: one visible line instead of it where they are not installed.
 * With `PATCHBAY_LIVE=all`, as in continuous integration, a missing one is a failure.
 */
export function liveTest(title: string, programs: readonly string[], act: ImplementationFn<[]>): void {
  const missing = programs.filter(program => !installed(program))
  if (missing.length === 0) test.serial(title, act)
  else if (process.env['PATCHBAY_LIVE'] === 'all') test(title, t => t.fail(`not installed: ${missing.join(', ')}`))
  else test.skip(`${title} (not installed: ${missing.join(', ')})`, act)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
