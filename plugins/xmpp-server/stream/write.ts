import { CLIENT, type Element } from '../xml/element.js'
import { serialize } from '../xml/serialize.js'
import type { Stream } from './stream.js'

export function write(stream: Stream, element: Element): void {
  writeText(stream, serialize(element, CLIENT))
}

export function writeText({ socket, state }: Stream, text: string): void {
  if (state !== 'closed' && socket.writable) socket.write(text)
}
