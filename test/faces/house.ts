import { join } from 'node:path'
import { type TestKernel, type TestOptions, testKernel } from '../../kernel/testing.js'
import { type Answer, type Asked, ask, basic } from './exchange.js'

/** The plugins of the house, as compiled beside these tests. */
export const PLUGINS = join(__dirname, '..', '..', 'plugins')
export const PASSWORD = 'correct horse'
export const ADMIN = basic('admin@localhost', PASSWORD)
/** The header of an API key for the VerneMQ face, which every house has. */
export const KEY = basic('key-of-the-tests', '')

/** A second listener for the faces that a test's own does not carry, or they would keep their default ports. */
export const EVERYTHING_ELSE = { port: 0, request_handlers: { '/': 'everything' } }

export interface HouseOptions extends TestOptions {
  /** Plugins to start besides `auth`, in this order. */
  start?: readonly string[]
  /** Blocks of `plugins:`. */
  plugins?: Record<string, Record<string, unknown>>
}

export interface TestHouse extends TestKernel {
  ask(asked: Asked): Promise<Answer>
}

/** The real plugins with the real `auth`, on free ports. */
export async function openHouse({ start = [], plugins = {}, config, ...rest }: HouseOptions = {}): Promise<TestHouse> {
  process.env['PATCHBAY_ADMIN_PASSWORD'] = PASSWORD
  const house = await testKernel(undefined, {
    pluginFolders: [PLUGINS],
    ...rest,
    config: {
      ...config,
      plugins: {
        auth: { scrypt_cost: 1024 },
        'mqtt-broker': { port: 0, ws_port: 0 },
        'xmpp-server': { port: 0, tls_port: 0 },
        ...plugins,
      },
    },
  })
  try {
    await house.kernel.stop('test-auth')
    for (const name of ['auth', ...start]) await house.kernel.start(name)
    await house.local('/api/v1/api-key/add?key=key-of-the-tests')
  } catch (thrown) {
    await house.close()
    throw thrown
  }
  return Object.assign(house, { ask: (asked: Asked) => ask(house.url, asked) })
}

/** The request with the API key, unless it brings its own credentials. */
export function withKey<T extends Asked>(asked: T): T {
  return { ...asked, headers: { Authorization: KEY, ...asked.headers } }
}

/** The request with an operator's credentials, unless it brings its own. */
export function asAdmin<T extends Asked>(asked: T): T {
  return { ...asked, headers: { Authorization: ADMIN, ...asked.headers } }
}
