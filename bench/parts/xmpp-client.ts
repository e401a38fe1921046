import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

export interface ClientOptions {
  port: number
  user: string
  password: string
  resource?: string
  /** Whether to change to TLS before anything else. */
  tls?: boolean
  mechanism?: 'PLAIN' | 'SCRAM-SHA-1'
  /** Called with the id of each message that comes in. */
  onMessage?(id: string): void
  onClose?(): void
}

const HOST = 'localhost'
const PATIENCE_MS = 60_000
const HEADER = `<?xml version='1.0'?><stream:stream to='${HOST}' version='1.0' xml:lang='en' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`
const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl'

/** A client that looks for what it needs in the text that comes, and so costs a small part of what a server does. */
export class XmppClient {
  socket: Socket
  jid = ''
  readonly #options: ClientOptions
  #text = ''
  #waiting: { pattern: RegExp; resolve(found: RegExpExecArray): void; reject(thrown: Error): void } | undefined
  #closed = false
  #listening = false

  private constructor(options: ClientOptions) {
    this.#options = options
    this.socket = connect({ port: options.port, host: '127.0.0.1', noDelay: true })
    this.#attend(this.socket)
  }

  /** Logs in, binds a resource and sends presence. */
  static async open(options: ClientOptions): Promise<XmppClient> {
    const client = new XmppClient(options)
    await client.#logIn()
    return client
  }

  /** A message that counts itself by its id. */
  message(to: string, id: string, body: string): void {
    this.socket.write(`<message to='${to}' type='chat' id='${id}'><body>${body}</body></message>`)
  }

  close(): void {
    this.socket.end('</stream:stream>')
  }

  async #logIn(): Promise<void> {
    const { user, password, tls, mechanism = 'PLAIN', resource } = this.#options
    await this.#features()
    if (tls) {
      this.socket.write("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
      await this.#next(/<proceed/)
      const { socket } = this
      socket.removeAllListeners('data').removeAllListeners('close')
      this.#text = ''
      this.socket = connectTls({ socket, rejectUnauthorized: false })
      this.#attend(this.socket)
      await this.#features()
    }
    if (mechanism === 'PLAIN') this.#authenticate('PLAIN', `\0${user}\0${password}`)
    else await this.#scram(user, password)
    const [outcome] = await this.#next(/<success[\s\S]*?>|<failure[\s\S]*?<\/failure>/)
    if (!outcome.startsWith('<success')) throw new Error(`${user} may not log in: ${outcome}`)
    const features = await this.#features()
    const wanted = resource === undefined ? '' : `<resource>${resource}</resource>`
    const bind = `<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>${wanted}</bind>`
    this.socket.write(`<iq type='set' id='b'>${bind}</iq>`)
    this.jid = (await this.#next(/<jid>([^<]+)<\/jid>[\s\S]*?<\/iq>/))[1]!
    if (features.includes('xmpp-session') && !features.includes('<optional')) {
      this.socket.write("<iq type='set' id='s'><session xmlns='urn:ietf:params:xml:ns:xmpp-session'/></iq>")
      await this.#next(/<iq [^>]*type=['"]result['"]/)
    }
    this.#listening = true
    this.socket.write('<presence/>')
  }

  async #features(): Promise<string> {
    this.#text = ''
    this.socket.write(HEADER)
    return (await this.#next(/<stream:features[\s\S]*?<\/stream:features>|<stream:features\s*\/>/))[0]
  }

  #authenticate(mechanism: string, initial: string): void {
    this.socket.write(`<auth xmlns='${SASL}' mechanism='${mechanism}'>${base64(initial)}</auth>`)
  }

  async #scram(user: string, password: string): Promise<void> {
    const nonce = randomBytes(18).toString('base64')
    const bare = `n=${user},r=${nonce}`
    this.#authenticate('SCRAM-SHA-1', `n,,${bare}`)
    const challenge = (await this.#next(/<challenge[^>]*>([^<]+)<\/challenge>|<failure[\s\S]*?<\/failure>/))[1]
    if (challenge === undefined) throw new Error(`${user} may not use SCRAM-SHA-1`)
    const first = Buffer.from(challenge, 'base64').toString()
    const [, both, salt, iterations] = /^r=([^,]+),s=([^,]+),i=(\d+)/.exec(first) ?? []
    const clientKey = hmac(salted(password, salt!, Number(iterations)), 'Client Key')
    const unproven = `c=biws,r=${both}`
    const signature = hmac(createHash('sha1').update(clientKey).digest(), `${bare},${first},${unproven}`)
    const proof = clientKey.map((byte, at) => byte ^ signature[at]!)
    const last = `${unproven},p=${Buffer.from(proof).toString('base64')}`
    this.socket.write(`<response xmlns='${SASL}'>${base64(last)}</response>`)
  }

  #attend(socket: Socket): void {
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => this.#read(text))
    socket.on('error', () => undefined)
    socket.on('close', () => {
      if (this.#closed) return
      this.#closed = true
      this.#waiting?.reject(new Error(`the server closed the stream of ${this.#options.user}: ${this.#text}`))
      this.#options.onClose?.()
    })
  }

  #read(text: string): void {
    this.#text += text
    if (this.#listening) this.#readMessages()
    else this.#settle()
  }

  #readMessages(): void {
    const pattern = /<message [^>]*?\bid=['"]([^'"]+)['"][^>]*>[\s\S]*?<\/message>/g
    let end = 0
    for (let found = pattern.exec(this.#text); found; found = pattern.exec(this.#text)) {
      end = pattern.lastIndex
      this.#options.onMessage?.(found[1]!)
    }
    // What is left may be the beginning of a message; anything else is forgotten.
    const begun = this.#text.lastIndexOf('<message')
    this.#text = begun >= end ? this.#text.slice(begun) : this.#text.slice(Math.max(end, this.#text.length - 8))
  }

  #settle(): void {
    const found = this.#waiting?.pattern.exec(this.#text)
    if (!found) return
    const { resolve } = this.#waiting!
    this.#waiting = undefined
    this.#text = this.#text.slice(found.index + found[0].length)
    resolve(found)
  }

  #next(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${pattern} did not come: ${this.#text}`)), PATIENCE_MS)
      this.#waiting = {
        pattern,
        resolve: found => {
          clearTimeout(timer)
          resolve(found)
        },
        reject: thrown => {
          clearTimeout(timer)
          reject(thrown)
        },
      }
      this.#settle()
    })
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha1', key).update(text).digest()
}

const known = new Map<string, Buffer>()

/** Real clients derive this key once and keep it; that it takes long says nothing about a server. */
function salted(password: string, salt: string, iterations: number): Buffer {
  const name = `${iterations} ${salt} ${password}`
  let key = known.get(name)
  if (!key) {
    key = pbkdf2Sync(password, Buffer.from(salt, 'base64'), iterations, 20, 'sha1')
    known.set(name, key)
  }
  return key
}
