import type { LogLine } from './log.js'

/** `12:30:01 warn  mqtt-broker: what happened` */
export function asText({ time, level, plugin, message, hint, err }: LogLine): string {
  const stack = (err as { stack?: string } | undefined)?.stack
  const lines = [`${time.slice(11, 19)} ${level.padEnd(5)} ${plugin ? `${plugin}: ` : ''}${onOneLine(message)}`]
  if (typeof hint === 'string') lines.push(`         → ${onOneLine(hint)}`)
  if (stack) lines.push(stack.replace(/^/gm, '         '))
  return `${lines.join('\n')}\n`
}

/** What came from outside must not look like a line of its own, nor steer the terminal. */
export function onOneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, character => JSON.stringify(character).slice(1, -1))
}
