import { bareJid, parseJid, prepareDomain } from 'patchbay'
import type { Server } from '../server.js'
import { CLIENT, type Element, STREAMS } from '../xml/element.js'
import { escapeAttribute } from '../xml/serialize.js'
import { newStreamId } from './arrive.js'
import { closeStream } from './close.js'
import { offerFeatures } from './features.js'
import type { Stream } from './stream.js'
import { writeText } from './write.js'

export const FRAMING = 'urn:ietf:params:xml:ns:xmpp-framing'

/** A client opens its stream (RFC 6120 §4.7, RFC 7395 §3.4); `content` is the namespace of what is inside. */
export function greet(server: Server, stream: Stream, opened: Element, content: string): void {
  const domain = prepareDomain(opened.attributes['to'] ?? '')
  const fault = faultOf(server, stream, opened, content)
  if (stream.account === undefined && domain !== undefined && server.hosts.includes(domain)) stream.domain = domain
  if (!stream.headed) sendHeader(stream, opened.attributes['from'])
  if (fault !== undefined) return void closeStream(stream, fault)
  if (stream.state === 'opening') stream.state = 'open'
  offerFeatures(server, stream)
}

function faultOf(server: Server, stream: Stream, opened: Element, content: string): string | undefined {
  const { account, headed } = stream
  const { to = '', version = '', from } = opened.attributes
  const web = stream.web !== undefined
  // Opened twice, without a restart between; or not opened at all.
  if (headed || opened.name !== (web ? 'open' : 'stream')) return 'bad-format'
  if (!(web ? opened.xmlns === FRAMING : opened.xmlns === STREAMS && content === CLIENT)) return 'invalid-namespace'
  if (!/^0*[1-9]\d{0,8}\.\d{1,9}$/.test(version)) return 'unsupported-version'
  const domain = prepareDomain(to)
  if (domain === undefined) return 'improper-addressing'
  if (!server.hosts.includes(domain)) return 'host-unknown'
  if (account === undefined) return undefined
  // Who has logged in to one host has not logged in to another.
  if (domain !== stream.domain) return 'host-unknown'
  // sendxmpp and whatever else is built on Perl's XML::Stream names the server here.
  if (from === undefined || prepareDomain(from) === domain) return undefined
  return bareJid(from) === account ? undefined : 'invalid-from'
}

/** Our own header. Errors have one before them too (RFC 6120 §4.9.1.2). */
export function sendHeader(stream: Stream, to?: string): void {
  if (stream.headed) return
  stream.headed = true
  stream.id = newStreamId()
  const receiver = to === undefined || !parseJid(to) ? '' : ` to='${escapeAttribute(to)}'`
  const sender = stream.domain === '' ? '' : ` from='${escapeAttribute(stream.domain)}'`
  const rest = `id='${stream.id}'${sender}${receiver} version='1.0' xml:lang='en'`
  writeText(
    stream,
    stream.web
      ? `<open xmlns='${FRAMING}' ${rest}/>`
      : `<?xml version='1.0'?><stream:stream xmlns='${CLIENT}' xmlns:stream='${STREAMS}' ${rest}>`,
  )
}
