import type { Command } from '../../life/contributions.js'
import { parseJid } from '../../names/jid.js'
import { answer, CORS, redirect } from './admin-rest-answer.js'
import { ADMIN_REST_PROFILES, type AdminRestProfile } from './admin-rest-command.js'
import { asked, climb, type Registry } from './admin-rest-ladder.js'
import { segmentsOf } from './admin-rest-path.js'
import { ADMIN_REST_REFUSALS, AdminRestError } from './admin-rest-refusals.js'
import { commandsBy, type Face, type FaceOptions, sendEmpty } from './face.js'

/** Prosody's mod_admin_rest, as its fork documents it or as the original answers (contracts/xmpp.md §2). */
export function adminRest(options: () => FaceOptions): Face {
  return {
    name: 'admin_rest',
    build(contributed): Registry {
      const commands = commandsBy('admin_rest', contributed, ({ method, route }) => `${method} ${route}`)
      const routes = ADMIN_REST_PROFILES.map(profile => [profile, routesOf(commands.values(), profile)])
      return { commands, routes: Object.fromEntries(routes) as Registry['routes'] }
    },
    async handle(ctx, view, path) {
      if (path === '') return redirect(ctx)
      ctx.set(CORS)
      if (ctx.method === 'OPTIONS') return sendEmpty(ctx, 200)
      try {
        await climb(ctx, view, path, options())
      } catch (thrown) {
        if (!(thrown instanceof AdminRestError)) throw thrown
        answer(ctx, thrown)
      }
    },
    ask(view, command, given) {
      const [, method = '', path = ''] = /^(?:([A-Za-z]+) )?(.*)$/s.exec(command) ?? []
      const [route, resource] = segmentsOf(`/${path.replace(/^\/+/, '')}`)
      const { commands } = view.registry('admin_rest') as Registry
      const found = commands.get(`${method.toUpperCase() || 'GET'} ${route}`)
      const host = parseJid(given['caller'] ?? '')?.domain
      return found && asked(found.definition.method, found, route, resource, host)
    },
    fail(ctx, error) {
      if (error.status === 503) answer(ctx, { status: 503, result: `Service unavailable: ${error.message}` })
      else if (error.code === 'body_too_large') answer(ctx, ADMIN_REST_REFUSALS.size)
      else if (error.code === 'body_invalid') answer(ctx, ADMIN_REST_REFUSALS.body)
      else if (error.code === 'unsupported') answer(ctx, { status: 501, result: `Not implemented: ${error.message}` })
      else answer(ctx, { ...ADMIN_REST_REFUSALS.internal, status: error.code === 'timeout' ? 504 : 500 })
    },
  }
}

function routesOf(commands: Iterable<Command<'admin_rest'>>, profile: AdminRestProfile): ReadonlySet<string> {
  const known = [...commands].filter(({ definition }) => (definition.profile ?? profile) === profile)
  return new Set(known.map(({ definition }) => definition.route))
}
