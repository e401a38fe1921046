import type { Command } from '../../life/contributions.js'
import type { Credentials, Identity } from '../../life/identity.js'
import { type Asked, decodeBasic, identify } from '../access.js'
import type { LiveTable } from '../live-table.js'
import type { KernelContext } from '../request.js'
import { sendEmpty } from './face.js'
import { VernemqBadRequest } from './vernemq-arguments.js'

/** Whose API key comes with the request. Basic without a colon is a bad request. */
export function keyHolder(ctx: KernelContext, view: LiveTable): Identity | undefined | Promise<Identity | undefined> {
  return identify(ctx, view, 'vernemq', parseKey, shownBy(ctx))
}

export function askedOf({ permission, definition }: Command<'vernemq'>): Asked {
  return { face: 'vernemq', permission, command: definition.path, scope: definition.scope ?? 'mgmt' }
}

export function refuseKey(ctx: KernelContext): void {
  ctx.set('WWW-Authenticate', 'Basic realm="VerneMQ"')
  sendEmpty(ctx, 401)
}

/** No header can begin like this, so that it is remembered apart from `Authorization`. */
const HEADER_KEY = '\nx-api-key '

/** `Authorization` counts where both are sent, as in the original. */
function shownBy({ req: { headers } }: KernelContext): string | undefined {
  const key = headers['x-api-key']
  return headers.authorization ?? (key === undefined ? undefined : `${HEADER_KEY}${[key].flat().join()}`)
}

/** The user of Basic is the API key, and the password does not matter. */
function parseKey(shown: string): Credentials | undefined {
  if (shown.startsWith(HEADER_KEY)) {
    return { scheme: 'key', key: Buffer.from(shown.slice(HEADER_KEY.length), 'latin1').toString('utf8') }
  }
  const token = /^Basic (\S+)$/i.exec(shown)?.[1]
  if (token === undefined) return undefined
  const parsed = decodeBasic(token)
  if (!parsed) throw new VernemqBadRequest()
  return { scheme: 'key', key: parsed.name }
}
