import { didYouMean } from '../config/nearest.js'
import { KernelError } from '../errors.js'
import type { Asked } from '../http/access.js'
import type { Faces } from '../http/faces/index.js'
import { readFaceOptions } from '../http/faces/options.js'
import type { LiveTable } from '../http/live-table.js'
import type { KernelContext } from '../http/request.js'
import type { FaceName, RouteContext } from '../life/contributions.js'
import type { PluginContext } from '../life/definition.js'
import { inScope } from '../life/scope.js'
import { AddressSet } from '../names/address-set.js'
import type { Tools } from './tools.js'

const GUESSED: readonly FaceName[] = ['ejabberd', 'vernemq', 'hermes', 'emq', 'admin_rest']
const HINT =
  'write it as its API does: registered_users, "session show", "GET clients/c1", "PUT user/bob", user/get, /kernel/plugins'

/** What is about the caller; every other name of the query is an argument of the command. */
const OWN = new Set(['as', 'ip', 'face', 'command', 'tag', 'scope'])

/** `/kernel/explain`: why a call is permitted or not, rule by rule. */
export function contributeExplain(ctx: PluginContext, tools: Tools): void {
  ctx.route('GET', '/kernel/explain', { permission: 'permissions.explain' }, async request => {
    const { view } = request as unknown as KernelContext
    const authenticator = view?.authenticator
    if (!view || !authenticator?.explain) {
      throw new KernelError('no_authenticator', 'no running plugin decides who may do what, so nobody may', {
        hint: 'start one: patchbay plugin start auth',
      })
    }
    const asked = askedBy(request, view, tools.faces)
    const ip = one(request, 'ip') ?? '127.0.0.1'
    checkAddress(ip)
    const call = { ...asked, address: ip, tag: one(request, 'tag') }
    const scopes = [request.query['scope'] ?? []].flat()
    const subject = { as: one(request, 'as'), scopes: scopes.length > 0 ? scopes : undefined }
    if (asked.permission === undefined) {
      return { allowed: true, caller: subject.as ?? 'anybody', rules: [], call: shown(call) }
    }
    const outside = whitelisted(tools, call)
    if (outside !== undefined)
      return { allowed: false, caller: subject.as ?? 'anybody', rules: [], change: outside, call: shown(call) }
    const { explain } = authenticator
    const explanation = await inScope(view.authenticatorScope!, () =>
      explain.call(authenticator, subject, { ...call, permission: asked.permission! }),
    )
    return { ...explanation, call: shown(call) }
  })
}

/** What is looked at before any rule. */
function whitelisted(
  { configuration }: Tools,
  { face, address }: { face: string; address: string },
): string | undefined {
  const { settings, file = 'the configuration' } = configuration
  if (face !== 'admin_rest') return undefined
  const { admin_rest_whitelist: list } = readFaceOptions(settings, name => configuration.faceOption(name), file)
  return list.empty || list.has(address)
    ? undefined
    : `add ${address} to admin_rest_whitelist, which is looked at before anything else`
}

function askedBy(request: RouteContext, view: LiveTable, faces: Faces): Asked {
  const face = one(request, 'face')
  const command = one(request, 'command')
  if (command === undefined) throw new KernelError('bad_request', '"command" is missing: name what would be called')
  const given = Object.fromEntries(
    Object.entries(request.query)
      .filter(([name]) => !OWN.has(name))
      .map(([name, value]) => [name, String(value)]),
  )
  if (face === undefined) return guessed(command, given, view, faces)
  if (face === 'native') return nativeAsked(command, view)
  const known = faces.get(face as FaceName)
  if (!known) {
    const names = [...faces.keys(), 'native']
    throw new KernelError('bad_request', `there is no face "${face}"${didYouMean(face, names)}`, {
      hint: `faces are ${names.join(', ')}`,
    })
  }
  const asked = known.ask(view, command, given)
  if (asked) return asked
  throw new KernelError(
    'not_found',
    `the face ${face} has no command "${command}"; it would answer as to any unknown one`,
    {
      hint: HINT,
    },
  )
}

/** Without a face, the first that has such a command: each writes its own in a way that few others do. */
function guessed(command: string, given: Record<string, string>, view: LiveTable, faces: Faces): Asked {
  for (const name of GUESSED) {
    const asked = faces.get(name)?.ask(view, command, given)
    if (asked) return asked
  }
  if (/^([A-Za-z]+ )?\//.test(command)) return nativeAsked(command, view)
  const names = view.commands('ejabberd').map(({ definition }) => definition.name)
  throw new KernelError('not_found', `no API has a command "${command}"${didYouMean(command, names)}`, { hint: HINT })
}

function nativeAsked(command: string, { routes }: LiveTable): Asked {
  const [, method = 'GET', path = ''] = /^(?:([A-Za-z]+) )?(\/.*)$/.exec(command) ?? []
  const found = routes.static(method.toUpperCase(), path) ?? routes.find(method.toUpperCase(), path)
  if (found) return { face: 'native', permission: found.endpoint.route.permission, command: `${method} ${path}` }
  throw new KernelError('not_found', `there is no route "${command}"`, { hint: 'GET /kernel/routes lists them' })
}

function shown({
  face,
  command,
  permission,
  tags,
  level,
  scope,
  address,
  tag,
  hosts,
}: Asked & { address: string; tag?: string | undefined }) {
  return { face, command, permission, tags, level, scope, address, tag, hosts: hosts?.() }
}

function one(request: RouteContext, name: string): string | undefined {
  const value = [request.query[name] ?? []].flat()[0]
  return value === '' ? undefined : value
}

function checkAddress(text: string): void {
  try {
    new AddressSet([text])
  } catch (thrown) {
    throw new KernelError('bad_request', `ip: ${(thrown as Error).message}`)
  }
}
