import { connect, type Socket } from 'node:net'
import { child, type Element, textOf } from '../../../plugins/xmpp-server/xml/element.js'
import { SHAPE } from '../../../plugins/xmpp-server/xml/limits.js'
import { parsers } from '../../../plugins/xmpp-server/xml/parser.js'
import { feed, hear } from '../../../plugins/xmpp-server/xml/read.js'
import { newReader, restartReader } from '../../../plugins/xmpp-server/xml/reader.js'
import { told } from '../../../plugins/xmpp-server/xml/told.js'

type Wanted = (element: Element) => boolean

/** A client that says exactly what a test tells it to, and keeps what it hears. */
export class RawClient {
  readonly socket: Socket
  /** What came and was not taken yet. */
  readonly heard: Element[] = []
  /** Everything as text. */
  text = ''
  jid = ''
  readonly closed: Promise<void>
  readonly #waiting = new Set<() => void>()
  readonly #reader = newReader(PARSERS, LIMITS)

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1')
    this.socket.setNoDelay()
    this.socket.on('data', chunk => {
      this.text += chunk
      this.#read(chunk)
    })
    this.socket.on('error', () => undefined)
    this.closed = new Promise(resolve => this.socket.on('close', () => resolve()))
  }

  send(text: string): void {
    this.socket.write(text)
  }

  /** Opens a stream; resolves to its features. */
  open(domain = 'localhost'): Promise<Element> {
    restartReader(this.#reader, PARSERS)
    this.send(
      `<?xml version='1.0'?><stream:stream to='${domain}' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>`,
    )
    return this.next(({ name }) => name === 'features')
  }

  /** The first element that is wanted, taken away; rejects after `ms` milliseconds with what there was instead. */
  next(wanted: Wanted | string, ms = 5000): Promise<Element> {
    const fits: Wanted = typeof wanted === 'string' ? ({ name }) => name === wanted : wanted
    return new Promise((resolve, reject) => {
      const look = () => {
        const at = this.heard.findIndex(fits)
        if (at < 0) return
        clearTimeout(timer)
        this.#waiting.delete(look)
        resolve(this.heard.splice(at, 1)[0]!)
      }
      const timer = setTimeout(() => {
        this.#waiting.delete(look)
        reject(new Error(`not heard: ${wanted}; instead: ${JSON.stringify(this.heard)}`))
      }, ms)
      this.#waiting.add(look)
      look()
    })
  }

  /** Sends an IQ and resolves to what answers it. */
  async ask(type: 'get' | 'set', payload: string, to?: string): Promise<Element> {
    const id = `q${++asked}`
    this.send(`<iq type='${type}' id='${id}'${to === undefined ? '' : ` to='${to}'`}>${payload}</iq>`)
    return this.next(({ name, attributes }) => name === 'iq' && attributes['id'] === id)
  }

  /** Nothing that is wanted has come before the answer to a ping that is sent now. */
  async nothing(wanted: Wanted | string): Promise<boolean> {
    const fits: Wanted = typeof wanted === 'string' ? ({ name }) => name === wanted : wanted
    await this.ask('get', "<ping xmlns='urn:xmpp:ping'/>")
    return !this.heard.some(fits)
  }

  close(): Promise<void> {
    this.socket.end('</stream:stream>')
    return this.closed
  }

  #read(chunk: Buffer): void {
    feed(this.#reader, chunk)
    for (let heard = hear(this.#reader, LIMITS); heard; heard = hear(this.#reader, LIMITS)) {
      if (heard.kind === 'element') this.heard.push(heard.element)
      if (heard.kind === 'failed') this.heard.push({ name: heard.condition, xmlns: '', attributes: {}, children: [] })
      for (const look of [...this.#waiting]) look()
    }
  }
}

/** A server may say more at once than a client, such as a large roster. */
const LIMITS = { ...SHAPE, nodes: 1_000_000, bytes: 100_000_000 }
const PARSERS = parsers(() => told)

let asked = 0

/** Logs in by PLAIN, its password being its name, and binds a resource; without presence unless given. */
export async function login(
  port: number,
  jid: string,
  { presence, password }: { presence?: string; password?: string } = {},
): Promise<RawClient> {
  const [, local = '', domain = '', resource = ''] = /^([^@]+)@([^/]+)\/?(.*)$/.exec(jid) ?? []
  const client = new RawClient(port)
  await client.open(domain)
  const initial = Buffer.from(`\0${local}\0${password ?? local}`).toString('base64')
  client.send(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${initial}</auth>`)
  const outcome = await client.next(({ name }) => name === 'success' || name === 'failure')
  if (outcome.name === 'failure') throw new Error(`${jid} may not log in: ${JSON.stringify(outcome)}`)
  await client.open(domain)
  const wanted = resource === '' ? '' : `<resource>${resource}</resource>`
  const bound = await client.ask('set', `<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>${wanted}</bind>`)
  const answer = child(bound, 'bind', 'urn:ietf:params:xml:ns:xmpp-bind')
  client.jid = textOf(answer && child(answer, 'jid'))
  if (presence !== undefined) client.send(presence)
  return client
}
