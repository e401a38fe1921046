import type { AdminRestReply } from '../http/faces/admin-rest-command.js'
import { ADMIN_REST_REFUSALS } from '../http/faces/admin-rest-refusals.js'
import { readFaceOptions } from '../http/faces/options.js'
import { addressOf, type KernelContext } from '../http/request.js'
import type { PluginContext } from '../life/definition.js'
import { AddressSet, plainAddress } from '../names/address-set.js'
import type { Tools } from './tools.js'

const OPTION = 'admin_rest_whitelist'
/** As many as anybody writes by hand; each is looked at for every new address. */
const MOST = 1000

/** `whitelist/IP` (contracts/xmpp.md §2.3, README behaviour): it never locks out who is changing it. */
export function contributeWhitelist(ctx: PluginContext, tools: Tools): void {
  const { reconfigure, inventory } = tools
  const access = { permission: 'whitelist.write' }

  ctx.command('admin_rest', { access: { permission: 'whitelist.read' }, route: 'whitelist', method: 'GET' }, () => {
    const { texts } = whitelistNow(tools)
    return { result: { whitelist: texts.length > 0 ? texts : {}, count: texts.length } }
  })

  const changed = async (make: () => AdminRestReply & { texts?: readonly string[] }): Promise<AdminRestReply> => {
    let reply: AdminRestReply | undefined
    const owner = inventory.find('admin_rest')?.name ?? 'admin_rest'
    await reconfigure.changeFaceOption(owner, OPTION, () => {
      const { texts, ...made } = make()
      reply = made as AdminRestReply
      return texts
    })
    return reply!
  }

  ctx.command('admin_rest', { access, route: 'whitelist', method: 'PUT' }, ({ resource, attribute, ctx: request }) => {
    if (resource === undefined) return ADMIN_REST_REFUSALS.path
    const entry = entryOf(resource, attribute)
    return changed(() => {
      const wrong = mistakeIn(entry)
      if (wrong !== undefined) return { status: 400, result: wrong }
      const { texts } = whitelistNow(tools)
      const caller = callerOf(request as KernelContext)
      const more = [entry, ...(caller === undefined || new AddressSet([...texts, entry]).has(caller) ? [] : [caller])]
      const added = more.filter(text => !texts.includes(text))
      if (texts.length + added.length > MOST) {
        return { status: 400, result: `The whitelist is full: it has ${MOST} entries; remove some, or add a network` }
      }
      const done = { result: `IP added to whitelist: ${entry}` }
      return added.length > 0 ? { ...done, texts: [...texts, ...added] } : done
    })
  })

  ctx.command(
    'admin_rest',
    { access, route: 'whitelist', method: 'DELETE' },
    ({ resource, attribute, ctx: request }) => {
      if (resource === undefined) return ADMIN_REST_REFUSALS.path
      const entry = entryOf(resource, attribute)
      return changed(() => {
        const { texts } = whitelistNow(tools)
        const left = texts.filter(text => text.toLowerCase() !== entry && plainAddress(text) !== entry)
        if (left.length === texts.length) return { status: 404, result: `IP is not whitelisted: ${entry}` }
        const caller = callerOf(request as KernelContext)
        if (caller !== undefined && !new AddressSet(left).has(caller)) {
          return {
            status: 400,
            result: `You call from ${caller}, which only ${entry} lets in: remove it from another address, or through the control socket`,
          }
        }
        return { result: `IP removed from whtielist: ${entry}`, texts: left }
      })
    },
  )
}

function whitelistNow({ configuration }: Tools): AddressSet {
  const { settings, file = 'the configuration' } = configuration
  return readFaceOptions(settings, name => configuration.faceOption(name), file).admin_rest_whitelist
}

/** A network comes as two segments, since its slash splits the path. */
function entryOf(resource: string, attribute: string | undefined): string {
  const address = plainAddress(resource.toLowerCase())
  return attribute === undefined ? address : `${address}/${attribute}`
}

function mistakeIn(entry: string): string | undefined {
  try {
    new AddressSet([entry])
    return undefined
  } catch (thrown) {
    return (thrown as Error).message
  }
}

/** Undefined on the control socket, which no list is asked for. */
function callerOf(request: KernelContext): string | undefined {
  return request.carrier.local ? undefined : addressOf(request)
}
