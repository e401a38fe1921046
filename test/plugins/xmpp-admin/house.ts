import { plugin } from 'patchbay'
import { type TestKernel, testKernel } from 'patchbay/testing'
import type { RosterEntry, XmppBackend, XmppSession } from '../../../plugins/xmpp-admin/backend.js'
import xmppAdmin from '../../../plugins/xmpp-admin/index.js'

export const SESSION: XmppSession = {
  jid: 'alice@localhost/lab',
  resource: 'lab',
  id: 's1',
  secure: true,
  connection: 'c2s_tls',
  address: '127.0.0.1',
  port: 59472,
  priority: 0,
  connectedAt: new Date(Date.now() - 2500),
  show: 'available',
  statusText: '',
}
export const OTHER: XmppSession = {
  ...SESSION,
  jid: 'bob@b.example/a/b@c',
  resource: 'a/b@c',
  show: 'dnd',
  statusText: 'é',
}
export const CONTACT: RosterEntry = {
  jid: 'bob@b.example',
  nick: 'Bob',
  subscription: 'none',
  pending: 'out',
  groups: ['g1', 'g2'],
}

/** Whoever serves XMPP: only what the commands are given back is told here. */
function backend(changes: Partial<{ [K in keyof XmppBackend]: object }> = {}) {
  const served: Partial<{ [K in keyof XmppBackend]: unknown }> = {
    hosts: async () => ['localhost', 'b.example'],
    sessions: {
      list: async (of: { host?: string; jid?: string } = {}) =>
        [SESSION, OTHER].filter(
          ({ jid }) =>
            (of.host === undefined || jid.includes(`@${of.host}/`)) &&
            (of.jid === undefined || jid.startsWith(`${of.jid}/`)),
        ),
      count: async () => 2,
    },
    ...changes,
  }
  return plugin({ name: 'other-server', version: '1.0.0', start: ctx => ctx.provide('xmpp-backend', served) })
}

/** A house with the faces and this backend; `says` calls the API without and with a JSON body. */
export async function withBackend(
  changes: Parameters<typeof backend>[0],
  act: (says: Says, kernel: TestKernel) => Promise<void>,
): Promise<void> {
  const kernel = await testKernel([xmppAdmin, backend(changes)] as never)
  try {
    await act(async (path, given) => {
      const body = given && { method: 'POST', body: JSON.stringify(given) }
      const answer = await kernel.fetch(path, body)
      return [answer.status, await answer.text()]
    }, kernel)
  } finally {
    await kernel.close()
  }
}

export type Says = (path: string, given?: object) => Promise<[status: number, body: string]>
