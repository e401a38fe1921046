/** A content line of a vCard (RFC 6350 §3.3), unfolded. */
export interface VcardLine {
  /** Upper case, without the group before it. */
  readonly name: string
  /** The values of all TYPE parameters, upper case. */
  readonly types: readonly string[]
  /** Whether `ENCODING=b` says that the value is base64 (RFC 2426 §2.4.1). */
  readonly encoded: boolean
  readonly value: string
  /** As it was written. */
  readonly text: string
}

const LINE = /^(?:[A-Za-z0-9-]{1,100}\.)?([A-Za-z0-9-]{1,100})((?:;(?:[^":;]|"[^"]*")*)*):(.*)$/s
const OCTETS_IN_A_LINE = 75
const QUOTED = /;(?:ENCODING=)?QUOTED-PRINTABLE/i
const QUOTED_LINES = /^[^:\r\n]*;(?:ENCODING=)?QUOTED-PRINTABLE[^:\r\n]*:(?:.*=\r?\n)*/gim
const NOT_IN_XML = /[^\t\n\r\u0020-\ufffd\u{10000}-\u{10ffff}]/u

/** Undefined where it is none. */
export function readLine(text: string): VcardLine | undefined {
  const [, name, parameters = '', value = ''] = LINE.exec(text) ?? []
  if (name === undefined) return undefined
  const given = [...parameters.matchAll(/;([A-Za-z0-9-]+)(?:=((?:[^";]|"[^"]*")*))?/g)]
  const types = given.flatMap(([, key = '', values]) => {
    // In vCard 2.1 a type stands alone.
    if (values === undefined) return [key.toUpperCase()]
    return key.toUpperCase() === 'TYPE' ? values.replaceAll('"', '').toUpperCase().split(',') : []
  })
  const encoded = given.some(([, key = '', values = '']) => key.toUpperCase() === 'ENCODING' && /^b/i.test(values))
  const read = QUOTED.test(parameters) ? fromQuoted(value, /ISO-8859-1/i.test(parameters) ? 'latin1' : 'utf8') : value
  return { name: name.toUpperCase(), types, encoded, value: read, text }
}

/** What vCard 2.1 has for characters beyond ASCII (RFC 2045 §6.7); as it is where XML could not carry what it says. */
function fromQuoted(value: string, charset: 'utf8' | 'latin1'): string {
  const read = value.replace(/(?:=[0-9A-F]{2})+/gi, octets =>
    Buffer.from(octets.replaceAll('=', ''), 'hex').toString(charset),
  )
  return NOT_IN_XML.test(read) ? value : read
}

/** The lines of a text whose long ones are folded. */
export function unfold(given: string): string[] {
  const text = QUOTED.test(given) ? given.replace(QUOTED_LINES, lines => lines.replace(/=\r?\n/g, '')) : given
  return text
    .replace(/\r?\n[ \t]/g, '')
    .split(/\r?\n/)
    .filter(line => line !== '')
}

/** Folded after 75 octets, never within a character (RFC 6350 §3.2). */
export function fold(line: string, newline = '\r\n'): string {
  if (Buffer.byteLength(line) <= OCTETS_IN_A_LINE) return line
  const pieces: string[] = []
  let piece = ''
  let size = 0
  for (const character of line) {
    const octets = Buffer.byteLength(character)
    if (size + octets > OCTETS_IN_A_LINE) {
      pieces.push(piece)
      // The blank before it counts.
      piece = ''
      size = 1
    }
    piece += character
    size += octets
  }
  return [...pieces, piece].join(`${newline} `)
}

export function escapeText(text: string): string {
  return text.replace(/[\\,;]/g, sign => `\\${sign}`).replace(/\r\n|\r|\n/g, '\\n')
}

export function unescapeText(text: string): string {
  return text.replace(/\\(.)/gs, (_, sign: string) => (sign === 'n' || sign === 'N' ? '\n' : sign))
}

/** The parts of a structured value, which are not unescaped yet. */
export function split(value: string, separator: ';' | ','): string[] {
  const parts = ['']
  for (const [piece] of value.matchAll(/\\.|[^\\;,]+|[;,]|\\$/gs)) {
    if (piece === separator) parts.push('')
    else parts[parts.length - 1] += piece
  }
  return parts
}
