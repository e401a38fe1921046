import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'

export type Digest = 'sha1' | 'sha256'

/** The client's half of SCRAM (RFC 5802 §3), written from the RFC and not from the server's half. */
export class ScramClient {
  readonly #digest: Digest
  readonly #password: string
  readonly #header: string
  readonly #bare: string
  #expected = ''

  constructor(
    digest: Digest,
    name: string,
    password: string,
    { header = 'n,,', nonce = randomBytes(12).toString('hex') }: { header?: string; nonce?: string } = {},
  ) {
    this.#digest = digest
    this.#password = password
    this.#header = header
    this.#bare = `n=${name},r=${nonce}`
  }

  get first(): string {
    return this.#header + this.#bare
  }

  /** The answer to the server's first message; `header` is what is repeated of the first one. */
  final(challenge: string, header = this.#header): string {
    const { r, s, i } = Object.fromEntries(challenge.split(',').map(each => [each[0], each.slice(2)])) as Record<
      string,
      string
    >
    const bytes = this.#digest === 'sha1' ? 20 : 32
    const salted = pbkdf2Sync(this.#password, Buffer.from(s!, 'base64'), Number(i), bytes, this.#digest)
    const clientKey = this.#sign(salted, 'Client Key')
    const plain = `c=${Buffer.from(header).toString('base64')},r=${r}`
    const said = `${this.#bare},${challenge},${plain}`
    const signature = this.#sign(createHash(this.#digest).update(clientKey).digest(), said)
    this.#expected = `v=${this.#sign(this.#sign(salted, 'Server Key'), said).toString('base64')}`
    return `${plain},p=${Buffer.from(clientKey.map((byte, at) => byte ^ signature[at]!)).toString('base64')}`
  }

  /** Whether the server has proved that it knows the account, too. */
  accepts(told: string): boolean {
    return told === this.#expected
  }

  #sign(key: Buffer, text: string): Buffer {
    return createHmac(this.#digest, key).update(text).digest()
  }
}
