import test from 'ava'
import { KernelError, type PluginDefinition, plugin } from '../../../kernel/index.js'
import { testKernel } from '../../../kernel/testing.js'
import mqttAdmin from '../../../plugins/mqtt-admin/index.js'
import { standIn } from './stand-in.js'

const WHY = 'the server behind cannot do this'
const refuse = () => {
  throw new KernelError('unsupported', WHY)
}

/** A server that tells neither its listeners nor its alarms, as Mosquitto does not. */
async function open() {
  const { backend } = standIn()
  const poor = { ...backend, alarms: refuse, listeners: { ...backend.listeners, list: refuse } }
  const behind = plugin({ name: 'poor', version: '1.0.0', start: ctx => ctx.provide('mqtt-backend', poor) })
  return testKernel([mqttAdmin, behind as PluginDefinition])
}

test('a server that does not tell its listeners is healthy, and its figures are told', async t => {
  const kernel = await open()
  for (const path of ['/health', '/health/listeners', '/metrics', '/status.json']) {
    t.is((await kernel.fetch(path)).status, 200, path)
  }
  const { alert } = (await (await kernel.fetch('/api/v1/listener/show')).json()) as { alert: object[] }
  t.deepEqual(alert, [{ text: WHY, type: 'text' }])
  await kernel.close()
})

test('alarms of the process are told although the server behind tells none of its own', async t => {
  const kernel = await open()
  const native = (await (await kernel.fetch('/mqtt/v1/alarms')).json()) as { alarms: object[] }
  t.true(Array.isArray(native.alarms))
  const emq = (await (await kernel.fetch('/api/v2/nodes/emq@127.0.0.1/alarms')).json()) as { code: number }
  t.is(emq.code, 0)
  await kernel.close()
})
