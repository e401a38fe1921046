import type { ControlClient } from './control-client.js'
import type { OptionName, Options } from './options.js'

/** One command line, understood. */
export interface Call {
  /** What followed the command's name. */
  readonly words: readonly string[]
  readonly options: Options
  /** The running Patchbay that the command line means. */
  server(): Promise<ControlClient>
  /** Text for people, on stdout. Not called with `--json`. */
  print(text: string): void
  /** The answer for scripts when `--json` was given; true when it was printed. */
  printed(answer: unknown): boolean
}

/** A command as data. */
export interface Command {
  /** `plugin start` */
  readonly name: string
  /** What follows the name: `NAME`, or `[DIR]` where it may be left out. */
  readonly takes?: readonly string[]
  /** One line for the list of commands. */
  readonly summary: string
  /** More for its own help page. */
  readonly details?: string
  readonly options: readonly OptionName[]
  readonly example: string
  run(call: Call): Promise<void>
}
