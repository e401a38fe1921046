import { Writable } from 'node:stream'
import pino from 'pino'
import { HIDDEN, isSecret, withoutCredentials } from './config/secret.js'
import type { Logger } from './life/definition.js'

export { asText } from './log-text.js'

/** One line of the log, as `/kernel/logs` and `patchbay logs` show it. */
export interface LogLine {
  /** ISO 8601, UTC. */
  time: string
  level: 'debug' | 'info' | 'warn' | 'error'
  plugin?: string
  message: string
  [field: string]: unknown
}

const LEVELS: Record<number, LogLine['level']> = { 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'error' }
/** Lines kept for `patchbay logs`. */
const REMEMBERED = 2000
/** The log of the process: written to `out`, and the last lines remembered for the control socket. */
export class Log {
  readonly #pino: pino.Logger
  readonly #loggers = new Map<string, pino.Logger>()
  readonly #lines: LogLine[] = []
  readonly #followers = new Set<(line: LogLine) => void>()

  constructor(level: LogLine['level'], write: (line: LogLine) => void) {
    const remember = (line: LogLine) => {
      this.#lines.push(line)
      if (this.#lines.length > REMEMBERED) this.#lines.splice(0, this.#lines.length - REMEMBERED)
      for (const follower of this.#followers) follower(line)
      write(line)
    }
    const stream = new Writable({
      decodeStrings: false,
      write(text: string, _encoding, done) {
        remember(readLine(text))
        done()
      },
    })
    this.#pino = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, stream)
  }

  for(plugin: string): Logger {
    const logger = this.#loggers.get(plugin) ?? this.#pino.child({ plugin })
    this.#loggers.set(plugin, logger)
    return logger
  }

  get level(): LogLine['level'] {
    return this.#pino.level as LogLine['level']
  }

  /** Lines below it are dropped, from now on. */
  set level(level: LogLine['level']) {
    for (const logger of [this.#pino, ...this.#loggers.values()]) logger.level = level
  }

  get kernel(): Logger {
    return this.#pino as Logger
  }

  /** The newest lines, oldest first. */
  lines(limit: number, plugin?: string): LogLine[] {
    const wanted = plugin === undefined ? this.#lines : this.#lines.filter(line => line.plugin === plugin)
    return wanted.slice(-limit)
  }

  /** Calls `follower` with every further line; returns how to stop. */
  follow(follower: (line: LogLine) => void): () => void {
    this.#followers.add(follower)
    return () => this.#followers.delete(follower)
  }
}

/** pino's own redaction knows only fixed paths; here the names count, at every depth. */
function readLine(text: string): LogLine {
  const { level, msg, ...fields } = JSON.parse(text, (name, value) => {
    if (isSecret(name)) return HIDDEN
    return typeof value === 'string' ? withoutCredentials(value) : value
  }) as { level: number; msg?: string; time: string }
  return { ...fields, level: LEVELS[level] ?? 'info', message: msg ?? '' }
}
