import { plugin } from 'patchbay'
import { type TestKernel, type TestOptions, testKernel } from 'patchbay/testing'
import type { XmppBackend } from '../../../plugins/xmpp-admin/backend.js'
import xmppServer from '../../../plugins/xmpp-server/index.js'
import { xmppPort } from '../../support/xmpp-port.js'

export interface XmppHouse {
  kernel: TestKernel
  backend: XmppBackend
  /** Of the listener for plain TCP. */
  port: number
  /** Makes accounts whose password is their name. */
  register(...jids: string[]): Promise<void>
  close(): Promise<void>
}

/** The embedded server alone, on free ports; hosts `localhost` and `b.example`. */
export async function openXmpp(
  options: Record<string, unknown> = {},
  { config, ...rest }: TestOptions = {},
): Promise<XmppHouse> {
  let backend: () => XmppBackend = () => {
    throw new Error('the probe has not started')
  }
  const probe = plugin({
    name: 'probe',
    version: '1.0.0',
    start(ctx) {
      backend = ctx.service('xmpp-backend')
    },
  })
  const kernel = await testKernel([xmppServer, probe] as never, {
    ...rest,
    config: {
      hosts: ['localhost', 'b.example'],
      ...config,
      plugins: { 'xmpp-server': { port: 0, tls_port: 0, scram_iterations: 4096, ...options } },
    },
  })
  return {
    kernel,
    backend: backend(),
    port: xmppPort(kernel),
    async register(...jids) {
      for (const jid of jids) await backend().accounts.register(jid, jid.split('@')[0]!)
    },
    close: () => kernel.close(),
  }
}

/** A house for the length of `act`. */
export async function withXmpp(
  act: (house: XmppHouse) => Promise<void>,
  ...given: Parameters<typeof openXmpp>
): Promise<void> {
  const house = await openXmpp(...given)
  try {
    await act(house)
  } finally {
    await house.close()
  }
}
