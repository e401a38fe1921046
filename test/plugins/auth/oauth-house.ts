import type { Authenticator, Identity, PluginDefinition } from 'patchbay'
import { plugin } from 'patchbay'
import { z } from 'zod'
import { type TestKernel, type TestOptions, testKernel } from '../../../kernel/testing.js'
import {
  contributeOauth,
  OAUTH_PERMISSIONS,
  OAUTH_STORAGE,
  type Oauth,
} from '../../../plugins/auth/oauth/contribute.js'
import { oauthOptions } from '../../../plugins/auth/oauth/options.js'
import { type Answer, type Asked, ask, basic } from '../../faces/exchange.js'

/** Those of the recordings. */
const PASSWORDS: Record<string, string> = {
  'john@localhost': 'somePass',
  'alice@localhost': 'alicepw',
  'admin@localhost': 'adminpw',
  'jöhn@localhost': 'pässwort',
}
const OPERATOR = 'admin@localhost'

export interface OauthHouse extends TestKernel {
  ask(asked: Asked): Promise<Answer>
  oauth: Oauth
  passwords: Map<string, string>
  /** Changing one is what a backend does when a password changes. */
  revisions: Map<string, string>
  denied: Set<string>
  /** What was forgotten, in order. */
  forgotten: string[]
  /** Runs while a login is being checked. */
  duringLogin: { act?: (() => unknown) | undefined }
  token(parameters?: Record<string, string>): Promise<string>
  /** HTTP status of a command called with a token. */
  use(token: string): Promise<number>
}

/** `auth` reduced to what OAuth needs, with accounts that the test owns. */
export async function openOauthHouse(
  options: Record<string, unknown> = {},
  rest: TestOptions = {},
): Promise<OauthHouse> {
  const passwords = new Map(Object.entries(PASSWORDS))
  const revisions = new Map([...passwords.keys()].map(jid => [jid, `r1 ${jid}`]))
  const denied = new Set<string>()
  const forgotten: string[] = []
  const duringLogin: OauthHouse['duringLogin'] = {}
  const made: { oauth?: Oauth } = {}
  const auth = plugin({
    name: 'auth',
    version: '0.0.0',
    config: z.strictObject(oauthOptions),
    storage: OAUTH_STORAGE,
    permissions: OAUTH_PERMISSIONS,
    async start(ctx) {
      const login = async (_: string, __: string, jid: string, password: string): Promise<Identity | undefined> => {
        const right = passwords.get(jid) === password
        await duringLogin.act?.()
        if (!right) return undefined
        return jid === OPERATOR
          ? { kind: 'operator', name: 'admin', jid, level: 3 }
          : { kind: 'account', name: jid, jid }
      }
      const oauth = await contributeOauth(ctx as never, ctx.config, {
        login,
        oauthAllows: jid => !denied.has(jid),
        operatorNamed: jid => (jid === OPERATOR ? 'admin' : undefined),
        revision: jid => revisions.get(jid),
        forget: owner => void forgotten.push(owner),
      })
      made.oauth = oauth
      ctx.authenticate(authenticator(oauth, login))
    },
  })
  const commands = plugin({
    name: 'commands',
    version: '0.0.0',
    permissions: { read: 'read' },
    start(ctx) {
      for (const name of ['status', 'registered_users']) {
        ctx.command(
          'ejabberd',
          {
            access: { permission: 'read' },
            name,
            description: name,
            tags: [],
            arguments: [],
            result: { name: 'all', type: { list: { name: 'each', type: 'string' } } },
          },
          () => ['done'],
        )
      }
    },
  })
  const house = await testKernel([auth, commands] as unknown as PluginDefinition[], {
    ...rest,
    config: { ...rest.config, plugins: { auth: options } },
  })
  const use = async (token: string) =>
    (await ask(house.url, { path: '/api/status', headers: { Authorization: `Bearer ${token}` } })).status
  return Object.assign(house, {
    ask: (asked: Asked) => ask(house.url, asked),
    oauth: {
      verify: (...asked) => made.oauth!.verify(...asked),
      revokeAllOf: jid => made.oauth!.revokeAllOf(jid),
    } satisfies Oauth as Oauth,
    passwords,
    revisions,
    denied,
    forgotten,
    duringLogin,
    use,
    async token(parameters = {}) {
      const answer = await ask(house.url, tokenRequest(parameters))
      return (JSON.parse(answer.body) as { access_token: string }).access_token
    },
  }) as OauthHouse
}

function authenticator(
  oauth: Oauth,
  login: (...all: [string, string, string, string]) => Promise<Identity | undefined>,
) {
  return {
    recall: () => undefined,
    async verify({ face, address, credentials }) {
      if (credentials.scheme === 'bearer') return (await oauth.verify(credentials, { face, address }))?.identity
      return credentials.scheme === 'basic' ? login(face, address, credentials.name, credentials.password) : undefined
    },
    permits: (identity, { command = '' }) =>
      identity?.kind === 'operator' ||
      (identity?.scopes ?? []).some(scope => ['ejabberd:admin', command].includes(scope)),
  } satisfies Authenticator
}

export const ADMIN = basic('admin@localhost', 'adminpw')
export const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' }

export function tokenRequest(parameters: Record<string, string> | string = {}): Asked & { method: string } {
  const john = { grant_type: 'password', username: 'john@localhost', password: 'somePass', scope: 'status' }
  const body = typeof parameters === 'string' ? parameters : String(new URLSearchParams({ ...john, ...parameters }))
  return { method: 'POST', path: '/oauth/token', headers: FORM, body }
}

/** A command of the ejabberd face, called by an operator. */
export function command(name: string, args: object = {}): Asked {
  return { method: 'POST', path: `/api/${name}`, headers: { Authorization: ADMIN }, body: JSON.stringify(args) }
}
