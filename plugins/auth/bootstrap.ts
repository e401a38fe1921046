import { randomInt } from 'node:crypto'
import type { Logger } from 'patchbay'
import type { Operators } from './operators/operators.js'

const NAME = 'admin'
/** Without the characters that people confuse when they copy from a screen. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/** On the first start there is nobody yet: makes `admin`, with PATCHBAY_ADMIN_PASSWORD or a random password shown once. */
export async function bootstrap(operators: Operators, log: Logger, host: string): Promise<void> {
  if (operators.count > 0) return
  const given = process.env['PATCHBAY_ADMIN_PASSWORD']
  const password = given || Array.from({ length: 20 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
  await operators.add(NAME, password, 'administrator', { kind: 'local', name: 'first start' })
  if (given) log.info(`operator "${NAME}" (${NAME}@${host}) has the password of PATCHBAY_ADMIN_PASSWORD`)
  // The log is remembered and may be shipped elsewhere; the terminal of the first start is the one place for this.
  else
    process.stderr.write(`\n  Operator ${NAME} (${NAME}@${host}), password: ${password}\n  It is shown only now.\n\n`)
}
