import { alert, type PluginContext, type VernemqOutput } from 'patchbay'
import { type ApiKeys, type KeyOutcome, SCOPES } from './api-keys.js'
import { parseExpiry, showExpiry } from './expiry.js'

const READ = { permission: 'keys.read' }
const WRITE = { permission: 'keys.write' }
const DEFAULT_SCOPE = 'mgmt'

const ADD_USAGE = 'vmq-admin api-key add key=<API Key>\n\n  Adds an API Key.\n\n'
const DELETE_USAGE = 'vmq-admin api-key delete key=<API Key>\n\n  Deletes an existing API Key.\n\n'

/** `api-key create`, `add`, `show` and `delete` of vmq-admin since 1.13 (contracts/mqtt.md §2.4). */
export function contributeApiKeys(ctx: PluginContext<unknown>, keys: ApiKeys): void {
  const add = (key: string, params: ReadonlyMap<string, string>): Promise<KeyOutcome> => {
    const expires = params.get('expires')
    const end = expires === undefined ? undefined : (parseExpiry(expires) ?? 'malformed')
    return keys.add(key, params.get('scope') ?? DEFAULT_SCOPE, end)
  }

  ctx.command(
    'vernemq',
    { access: WRITE, path: 'api-key create', params: ['scope', 'expires'] },
    async ({ params }): Promise<VernemqOutput> => {
      const key = keys.make()
      const outcome = await add(key, params)
      return outcome === 'ok' ? { text: key } : said(outcome)
    },
  )

  ctx.command(
    'vernemq',
    { access: WRITE, path: 'api-key add', params: ['key', 'scope', 'expires'] },
    async ({ params }) => {
      const key = params.get('key')
      return key === undefined ? alert(ADD_USAGE) : said(await add(key, params))
    },
  )

  ctx.command('vernemq', { access: READ, path: 'api-key show', reads: true, params: ['scope'] }, ({ params }) => {
    const scope = params.get('scope')
    if (scope !== undefined && !SCOPES.includes(scope)) return said('invalid_scope')
    const now = Date.now()
    return {
      table: keys.list(scope).map(({ key, scope: of, expires }) => ({
        Key: key,
        Scope: of,
        'Expires (UTC)': showExpiry(expires),
        'has expired': expires !== undefined && expires <= now,
      })),
    }
  })

  ctx.command('vernemq', { access: WRITE, path: 'api-key delete', params: ['key', 'scope'] }, async ({ params }) => {
    const key = params.get('key')
    if (key === undefined) return alert(DELETE_USAGE)
    return said(await keys.delete(key, params.get('scope') ?? DEFAULT_SCOPE))
  })
}

/** Errors are texts too, not alerts, as Erlang prints them. */
function said(outcome: KeyOutcome): VernemqOutput {
  return { text: outcome === 'ok' ? 'ok' : `{error,${outcome}}` }
}
