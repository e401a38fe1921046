import type { ControlClient } from './control-client.js'
import type { OptionName, Options } from './options.js'

/** One command line, understood. */
export interface Call {
  /** What followed the command's name. */
  readonly words: readonly string[]
  readonly options: Options
  /** The running Patchbay that the command line means; `data` is its data folder where no option has named it. */
  server(data?: string): Promise<ControlClient>
  /** Text for people, on stdout. Not called with `--json`. */
  print(text: string): void
  /** A remark, on stderr. */
  note(text: string): void
  /** Ends with this exit code though nothing was refused: a verdict, or what a program of that name has always done. */
  ends(code: number): void
  /** The answer for scripts when `--json` was given; true when it was printed. */
  printed(answer: unknown): boolean
}

/** A command as data. */
export interface Command {
  /** `plugin start` */
  readonly name: string
  /** What follows the name: `NAME`, or `[DIR]` where it may be left out; with … there may be several. */
  readonly takes?: readonly string[]
  /** One line for the list of commands. */
  readonly summary: string
  /** More for its own help page. */
  readonly details?: string
  readonly options: readonly OptionName[]
  /** Takes everything after its name as it stands: a program with a command line of its own. */
  readonly raw?: true
  readonly example: string
  run(call: Call): Promise<void>
}
