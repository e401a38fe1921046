import { inSequence, KernelError } from 'patchbay'
import type { MqttUser, MqttUsers } from '../../../mqtt-admin/backend.js'
import { isName } from '../name.js'
import { COUNT, type KeptUsers, type StoredUser } from './kept.js'
import { isPassword, type Passwords } from './passwords.js'

/** The broker's own users. A change is stored before it is answered, and holds at once. */
export class Users implements MqttUsers {
  readonly #kept: KeptUsers
  readonly #passwords: Passwords
  readonly #disconnect: (name: string) => Promise<number>

  /** `disconnect` ends the connections of whoever goes by a name. */
  constructor(kept: KeptUsers, passwords: Passwords, disconnect: (name: string) => Promise<number>) {
    this.#kept = kept
    this.#passwords = passwords
    this.#disconnect = disconnect
  }

  count(): number {
    return this.#kept.count
  }

  async page(after: string | undefined, limit: number): Promise<{ users: MqttUser[]; next?: string }> {
    const { entries, next } = await this.#kept.namespace.page(limit, { gt: after })
    const users = entries.map(([name, user]) => shown(name, user))
    return next === undefined ? { users } : { users, next }
  }

  get(name: string): MqttUser | undefined {
    const user = this.stored(name)
    return user && shown(name, user)
  }

  stored(name: string): StoredUser | undefined {
    return this.#kept.namespace.getSync(name)
  }

  async put(given: { name: string; password?: string; disabled?: boolean }, how: 'create' | 'update'): Promise<void> {
    const { name, password } = given
    if (!isName(name)) throw wrong('"name" cannot be the name of a user: 1 to 1024 bytes without control characters')
    if (password !== undefined && !isPassword(password)) throw wrong('"password" has to have 1 to 1024 bytes')
    this.#assert(name, how)
    // Before its turn comes, so that one slow hash does not hold up the changes of others.
    const hash = password === undefined ? undefined : await this.#passwords.hash(password)
    const before = await inSequence(this.#kept, async () => {
      const known = this.#assert(name, how)
      const kept = hash ?? known?.password
      const user: StoredUser = {
        ...(kept ? { password: kept } : {}),
        disabled: given.disabled ?? known?.disabled ?? false,
        createdAt: known?.createdAt ?? Date.now(),
      }
      const count = this.#kept.count + (known ? 0 : 1)
      await this.#kept.namespace.batch([{ put: name, value: user }, this.#counting(count)])
      this.#kept.count = count
      return known
    })
    if (before && given.disabled === true) await this.#disconnect(name)
  }

  async delete(name: string): Promise<boolean> {
    const deleted = await inSequence(this.#kept, async () => {
      if (!this.stored(name)) return false
      await this.#kept.namespace.batch([{ delete: name }, this.#counting(this.#kept.count - 1)])
      this.#kept.count--
      return true
    })
    if (deleted) await this.#disconnect(name)
    return deleted
  }

  async verify(name: string, password: string): Promise<boolean> {
    return (await this.#passwords.check({ name, password, address: undefined }, () => this.stored(name))) === 'right'
  }

  #assert(name: string, how: 'create' | 'update'): StoredUser | undefined {
    const known = this.stored(name)
    if (known && how === 'create') {
      throw new KernelError('conflict', `there is an MQTT user "${name}" already; nothing was changed`, {
        hint: 'PUT changes the password of a user, and whether it is disabled',
      })
    }
    if (!known && how === 'update') {
      throw new KernelError('not_found', `there is no MQTT user "${name}"; nothing was changed`)
    }
    return known
  }

  #counting(count: number) {
    return { put: COUNT, value: count, in: this.#kept.counts }
  }
}

function shown(name: string, { disabled, createdAt }: StoredUser): MqttUser {
  return { name, disabled, createdAt }
}

function wrong(sentence: string): KernelError {
  return new KernelError('bad_request', `${sentence}; nothing was changed`)
}
