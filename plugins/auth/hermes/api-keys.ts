import { AddressSet, type PluginContext } from 'patchbay'
import { ACCESS_LEVELS, accessOf, isAccess, reachOf } from '../operators/level.js'
import type { HermesKeys } from './keys.js'
import { failed, invalid, stored } from './reply.js'

const READ = { permission: 'keys.read' }
const WRITE = { permission: 'keys.write' }

/** `auth/new_apikey`, `auth/list_apikeys`, `auth/remove_apikey` (contracts/hermes.md §1.4). */
export function contributeHermesKeys(ctx: PluginContext<unknown>, keys: HermesKeys): void {
  ctx.command('hermes', { access: READ, node: 'auth/list_apikeys', level: 'full_read' }, () => ({
    list: keys.list.map(({ id, host, level }) => ({ key: id, host, access: accessOf(level) })),
  }))

  ctx.command(
    'hermes',
    { access: WRITE, node: 'auth/new_apikey', level: 'read_write', required: ['host_ip', 'access'] },
    ({ parameters, identity }) =>
      stored('dbfail', async () => {
        const host = (parameters['host_ip'] ?? '').trim()
        const { access } = parameters
        if (!isAccess(access)) return invalid(`access is one of ${Object.keys(ACCESS_LEVELS).join(', ')}`)
        if (!isHost(host)) return invalid('host_ip is an address or a network, such as 10.0.0.7 or 10.0.0.0/8')
        const level = ACCESS_LEVELS[access]
        if (level > reachOf(identity)) return failed('unauthorized', 'nobody grants access above his own')
        const key = await keys.add(host, level)
        if (key === undefined) return failed('error', 'there are too many API keys; remove some first')
        return { key, host, access }
      }),
  )

  ctx.command(
    'hermes',
    { access: WRITE, node: 'auth/remove_apikey', level: 'read_write', required: ['api_key'] },
    ({ parameters }) =>
      stored('dbfail', async () => {
        const id = await keys.remove((parameters['api_key'] ?? '').trim())
        return id === undefined ? failed('nonexistant', 'there is no such API key') : { key: id }
      }),
  )
}

/** `all` is a word of other lists: a key says 0.0.0.0/0 when it means that. */
function isHost(text: string): boolean {
  if (text === 'all') return false
  try {
    return !new AddressSet([text]).empty
  } catch {
    return false
  }
}
