import { EXIT } from './exit-codes.js'

export interface RefusalOptions {
  /** As the server names it, for scripts. */
  code?: string
  hint?: string | undefined
  exitCode?: number
}

/** Why a command did not do what it was asked: a sentence, what to do about it, and the exit code. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: string
  readonly hint: string | undefined
  readonly exitCode: number

  constructor(message: string, { code = 'failed', hint, exitCode = EXIT.failed }: RefusalOptions = {}) {
    super(message)
    this.code = code
    this.hint = hint
    this.exitCode = exitCode
  }
}

/** The command line itself is wrong. */
export function wrongUsage(message: string, hint?: string): Refusal {
  return new Refusal(message, { code: 'usage', hint, exitCode: EXIT.usage })
}
