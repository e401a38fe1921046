import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Asked } from './exchange.js'

/** One exchange with a real server. */
export interface Recorded {
  /** Its number or title, for the tables of what is not replayed. */
  id: string
  asked: Required<Pick<Asked, 'method' | 'path' | 'headers'>> & Pick<Asked, 'body'>
  /** undefined where the server dropped the connection. */
  status: number | undefined
  reason: string | undefined
  /** Lower-case names; only those that were kept. */
  headers: Record<string, string>
  body: string
}

interface Line {
  n: number
  label: string
  method: string
  path: string
  reqBody?: string
  sent?: Record<string, string>
  status?: number
  reason?: string
  ctype?: string | null
  www?: string
  headers?: Record<string, string>
  body?: string
}

/** A `.jsonl` recording: one exchange a line. */
export function readLines(folder: string, file: string): Recorded[] {
  const lines = readFileSync(join(folder, file), 'utf8').split('\n').filter(Boolean)
  return lines.map(text => {
    const line = JSON.parse(text) as Line
    const headers = { ...line.headers }
    if (line.ctype) headers['content-type'] = line.ctype
    if (line.www) headers['www-authenticate'] = line.www
    return {
      id: String(line.n),
      asked: { method: line.method, path: line.path, headers: line.sent ?? {}, ...given('body', line.reqBody) },
      status: line.status,
      reason: line.reason,
      headers,
      body: line.body ?? '',
    }
  })
}

/** A `.txt` recording: blocks of `### title`, the curl line, the status line, headers, body. */
export function readBlocks(folder: string, file: string): Recorded[] {
  return blocksIn(readFileSync(join(folder, file), 'utf8'))
}

/** The exchanges of a text with such blocks. */
export function blocksIn(text: string): Recorded[] {
  const blocks = text.split(/^### /m).slice(1)
  return blocks.flatMap(block => {
    // Further down stands the configuration of the next block.
    const [title = '', ...lines] = block.split(/\n#{8,}/)[0]!.split('\n')
    const curl = lines.findIndex(line => line.startsWith('$ curl '))
    if (curl < 0) return []
    const [head = '', ...tail] = lines
      .slice(curl + 1)
      .join('\n')
      .split('\n\n')
    const [, status, reason] = /^HTTP\/1\.[01] (\d{3}) ?(.*)/.exec(head) ?? []
    const headers = [...head.matchAll(/^([\w-]+): (.*)$/gm)].map(([, name, value]) => [name!.toLowerCase(), value!])
    return {
      id: title.trim(),
      asked: readCurl(lines[curl]!.slice('$ curl '.length)),
      status: status === undefined ? undefined : Number(status),
      reason,
      headers: Object.fromEntries(headers) as Record<string, string>,
      body: tail.join('\n\n').trimEnd(),
    }
  })
}

/** A curl line as it is printed in the recordings, without its quotes; the URL comes last and the body before it. */
function readCurl(line: string): Recorded['asked'] {
  const [, options = '', path = '/'] = /^(.*?)\s*https?:\/\/[^/\s]+(\/\S*)$/s.exec(line) ?? []
  const [, flags = '', printed] = /^(.*?)\s*(?:(?:--data-binary|-d) (.*))?$/s.exec(options) ?? []
  const quoted = /^\$'(.*)'$/s.exec(printed ?? '')?.[1]
  const body = quoted === undefined ? printed : quoted.replaceAll('\\n', '\n')
  const headers: Record<string, string> = {}
  if (body !== undefined) headers['Content-Type'] = 'application/x-www-form-urlencoded'
  const credentials = /(?:^|\s)-u (\S+)/.exec(flags)?.[1]
  if (credentials) headers['Authorization'] = `Basic ${Buffer.from(credentials).toString('base64')}`
  for (const [, inQuotes, bare] of flags.matchAll(/-H (?:"([^"]*)"|(.*?))(?=\s+-[A-Za-z](?:\s|$)|\s*$)/g)) {
    const [, name = '', value = ''] = /^([^:]+):\s*(.*)$/.exec(inQuotes ?? bare ?? '') ?? []
    if (value === '') delete headers[name]
    else headers[name] = value
  }
  const method = /(?:^|\s)-X (\S+)/.exec(flags)?.[1] ?? (/(?:^|\s)-I\b/.test(flags) ? 'HEAD' : body ? 'POST' : 'GET')
  return { method, path, headers, ...given('body', body) }
}

function given<K extends string>(key: K, value: string | undefined): { [key in K]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { [key in K]: string })
}

/**
 * How `ours` differs from `recorded`: keys, their order, types and values. Keys of `volatile` may have any value of the
 * same type; the entries of a list may come in any order, as the originals' do.
 */
export function differences(recorded: unknown, ours: unknown, volatile: ReadonlySet<string>, at = ''): string[] {
  if (typeof recorded !== typeof ours || Array.isArray(recorded) !== Array.isArray(ours)) {
    return [`${at}: ${JSON.stringify(recorded)} became ${JSON.stringify(ours)}`]
  }
  if (Array.isArray(recorded) && Array.isArray(ours)) {
    if (recorded.length !== ours.length) return [`${at}: ${recorded.length} entries became ${ours.length}`]
    const left = [...ours]
    return recorded.flatMap((entry, index) => {
      const match = left.findIndex(each => differences(entry, each, volatile).length === 0)
      if (match < 0) return differences(entry, left[0], volatile, `${at}[${index}]`)
      left.splice(match, 1)
      return []
    })
  }
  if (typeof recorded === 'object' && recorded !== null && typeof ours === 'object' && ours !== null) {
    const [theirs, keys] = [Object.keys(recorded), Object.keys(ours)]
    if (theirs.join() !== keys.join()) return [`${at}: keys ${theirs} became ${keys}`]
    return theirs.flatMap(key => {
      const [theirValue, ourValue] = [(recorded as never)[key], (ours as never)[key]]
      if (volatile.has(key) && typeof theirValue === typeof ourValue) return []
      return differences(theirValue, ourValue, volatile, `${at}.${key}`)
    })
  }
  return recorded === ours ? [] : [`${at}: ${JSON.stringify(recorded)} became ${JSON.stringify(ours)}`]
}
