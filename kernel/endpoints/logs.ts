import type { PluginContext } from '../life/definition.js'
import { asText, type LogLine } from '../log.js'
import type { Tools } from './tools.js'

const ACCESS = { permission: 'logs.read' }
/** A reader that has fallen this far behind, in bytes, is let go instead of being remembered for. */
const FARTHEST_BEHIND = 1_048_576

/** `/kernel/logs` and `/kernel/logs/follow`. */
export function contributeLogs(ctx: PluginContext, { log }: Tools): void {
  ctx.route('GET', '/kernel/logs', ACCESS, request => {
    const limit = Math.min(Math.max(Number(request.query['limit'] ?? 100) || 100, 1), 2000)
    const plugin = request.query['plugin']
    return { lines: log.lines(limit, typeof plugin === 'string' ? plugin : undefined) }
  })

  ctx.route('GET', '/kernel/logs/follow', { ...ACCESS, stream: true }, request => {
    const text = request.query['text'] === 'true'
    const { res } = request
    request.respond = false
    res.writeHead(200, { 'Content-Type': text ? 'text/plain; charset=utf-8' : 'application/x-ndjson' })
    res.flushHeaders()
    const stop = log.follow((line: LogLine) => {
      if (res.writableLength > FARTHEST_BEHIND) res.destroy()
      else res.write(text ? asText(line) : `${JSON.stringify(line)}\n`)
    })
    request.signal.addEventListener('abort', () => res.end(), { once: true })
    res.once('close', stop)
  })
}
