import type { LogLine } from './log.js'

/** `12:30:01 warn  mqtt-broker  what happened` */
export function asText({ time, level, plugin, message, hint, err }: LogLine): string {
  const stack = (err as { stack?: string } | undefined)?.stack
  const lines = [`${time.slice(11, 19)} ${level.padEnd(5)} ${plugin ? `${plugin}: ` : ''}${message}`]
  if (typeof hint === 'string') lines.push(`         → ${hint}`)
  if (stack) lines.push(stack.replace(/^/gm, '         '))
  return `${lines.join('\n')}\n`
}
