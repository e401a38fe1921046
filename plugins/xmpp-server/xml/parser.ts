import { SaxesParser } from 'saxes'
import type { Parser, ParserFactory, Reader } from './reader.js'
import type { Told } from './told.js'

/**
 * Makes parsers that tell `told()`, asked each time: a parser lives as long as its stream, and must not run the code of
 * a generation that has gone.
 */
export function parsers(told: () => Told): ParserFactory {
  return (reader: Reader): Parser => {
    // A document that says it is XML 1.1 would be allowed control characters.
    const parser: Parser = new SaxesParser({
      xmlns: true,
      position: false,
      defaultXMLVersion: '1.0',
      forceXMLVersion: true,
    })
    const forbidden = () => told().forbidden(reader)
    const text = (piece: string) => told().text(reader, piece)
    parser.on('error', () => told().wrong(reader))
    parser.on('xmldecl', declaration => told().declared(reader, declaration))
    parser.on('doctype', forbidden)
    parser.on('comment', forbidden)
    parser.on('processinginstruction', forbidden)
    parser.on('attribute', attribute => told().attribute(reader, attribute))
    parser.on('opentag', tag => told().opened(reader, tag))
    parser.on('text', text)
    parser.on('cdata', text)
    parser.on('closetag', () => told().closed(reader))
    return parser
  }
}
