import test from 'ava'
import { testKernel } from 'patchbay/testing'
import xmppAdmin from '../../plugins/xmpp-admin/index.js'

test('xmpp-admin answers to the names of its faces', async t => {
  const kernel = await testKernel(xmppAdmin)
  for (const name of ['xmpp-admin', 'admin_rest', 'mod_http_api']) {
    const answer = await kernel.fetch(`/admin_rest/module/${name}`)
    t.deepEqual(await answer.json(), { result: { module: name, loaded: true } })
  }
  await kernel.close()
})
