import { type Element, elements, textOf } from '../../../../plugins/xmpp-server/xml/element.js'
import type { RawClient } from '../client.js'
import { type Digest, ScramClient } from './scram-client.js'

/** Milliseconds: whoever guesses waits for his turn. */
const PATIENCE = 30_000
const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl'
const MECHANISMS = { sha1: 'SCRAM-SHA-1', sha256: 'SCRAM-SHA-256' } as const

export const encode = (text: string) => Buffer.from(text).toString('base64')
export const decode = (element: Element) => Buffer.from(textOf(element), 'base64').toString()

/** `text` is sent as it is. */
export function auth(mechanism: string, text = ''): string {
  return `<auth xmlns='${SASL}' mechanism='${mechanism}'>${text}</auth>`
}

export function response(text = ''): string {
  return `<response xmlns='${SASL}'>${text}</response>`
}

export const ABORT = `<abort xmlns='${SASL}'/>`

/** What the server says to a step of a login: its word and, of a failure, the condition. */
export async function step(client: RawClient, text: string): Promise<{ word: string; said: Element }> {
  client.send(text)
  const said = await client.next(({ xmlns, name }) => xmlns === SASL && name !== 'mechanisms', PATIENCE)
  const word = said.name === 'failure' ? elements(said)[0]!.name : said.name
  return { word, said }
}

/** Logs in by SCRAM; the server's last word, and the exchange. */
export async function scram(client: RawClient, digest: Digest, name: string, password: string) {
  const own = new ScramClient(digest, name, password)
  const { word, said } = await step(client, auth(MECHANISMS[digest], encode(own.first)))
  if (word !== 'challenge') return { word, challenge: undefined, proved: false }
  const challenge = decode(said)
  const final = own.final(challenge)
  const outcome = await step(client, response(encode(final)))
  return { word: outcome.word, challenge, final, proved: own.accepts(decode(outcome.said)) }
}

export function plain(name: string, password: string, authorization = ''): string {
  return auth('PLAIN', encode(`${authorization}\0${name}\0${password}`))
}
