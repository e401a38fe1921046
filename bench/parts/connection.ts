import { connect, type Socket } from 'node:net'

export interface Reply {
  status: string
  body: string
  bytes: number
}

/** One keep-alive connection with at most one request under way, over a plain socket. */
export class Connection {
  readonly #socket: Socket
  #received = ''
  #waiting: ((reply: Reply | undefined) => void) | undefined

  private constructor(socket: Socket, onClose: () => void) {
    this.#socket = socket
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => this.#read(text))
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#settle(undefined)
      onClose()
    })
  }

  static open(port: number, onClose: () => void): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => {
        socket.off('error', reject)
        resolve(new Connection(socket, onClose))
      })
      socket.once('error', reject)
    })
  }

  /** Sends, and hands over the reply, or undefined when the connection ended before it was complete. */
  send(request: string, onReply: (reply: Reply | undefined) => void): void {
    this.#waiting = onReply
    this.#socket.write(request, 'latin1')
  }

  get busy(): boolean {
    return this.#waiting !== undefined
  }

  close(): void {
    this.#socket.destroy()
  }

  #read(text: string): void {
    this.#received = this.#received === '' ? text : this.#received + text
    const received = this.#received
    const head = received.indexOf('\r\n\r\n')
    if (head < 0) return
    const at = received.indexOf('Content-Length: ')
    const length = at < 0 || at > head ? 0 : Number.parseInt(received.slice(at + 16, at + 26), 10)
    const end = head + 4 + length
    if (received.length < end) return
    this.#received = ''
    // Nothing was asked for beyond this reply, so whatever follows it belongs to a wrong one.
    this.#settle({ status: received.slice(9, 12), body: received.slice(head + 4), bytes: end })
  }

  #settle(reply: Reply | undefined): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.(reply)
  }
}
