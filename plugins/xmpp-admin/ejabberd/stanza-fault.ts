import { SaxesParser } from 'saxes'
import { isXmlText } from '../xml-text.js'

/** What saxes says, and what the original's parser, expat, calls it. */
const WORDS: readonly (readonly [said: RegExp, word: string])[] = [
  [/only one root/, 'junk after document element'],
  [/text data outside of root/, 'junk after document element'],
  [/unmatched closing tag|unexpected close tag/, 'mismatched tag'],
  [/duplicate attribute/, 'duplicate attribute'],
  [/undefined entity/, 'undefined entity'],
  [
    /malformed character entity|bad name in character ref|invalid character ref/i,
    'reference to invalid character number',
  ],
  [/unbound namespace prefix/, 'unbound prefix'],
]
const NOT_WELL_FORMED = 'not well-formed (invalid token)'
const ENDS: readonly RegExp[] = [/unclosed tag/, /must contain a root/, /unexpected end/]

/** Why a text is no stanza, in the words that the original has for it. */
export function stanzaFault(text: string): string {
  if (text.trim() === '') return 'no element found'
  if (/^\s*[^\s<]/.test(text)) return 'syntax error'
  if (/^\s*<!DOCTYPE/.test(text)) return 'parsing aborted'
  if (!isXmlText(text)) return NOT_WELL_FORMED
  const said = firstFault(text)
  if (said === undefined) return 'it is no message, presence or iq of jabber:client'
  const word = WORDS.find(([pattern]) => pattern.test(said))?.[1]
  if (word !== undefined) return word
  if (!ENDS.some(pattern => pattern.test(said))) return NOT_WELL_FORMED
  return text.lastIndexOf('<') > text.lastIndexOf('>') ? 'unclosed token' : 'no element found'
}

function firstFault(text: string): string | undefined {
  const parser = new SaxesParser({ xmlns: true })
  let first: string | undefined
  parser.on('error', ({ message }) => {
    first ??= message
  })
  parser.write(text).close()
  return first
}
