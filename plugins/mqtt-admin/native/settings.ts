import { KernelError, type PluginContext } from 'patchbay'
import { z } from 'zod'
import type { MqttBackend } from '../backend.js'

const SETTINGS = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
const answer = z.object({ settings: SETTINGS })
const path = '/mqtt/v1/settings'

/** The broker's options under their own names: all, and those that are changed. */
export function contributeSettings(ctx: PluginContext, backend: () => MqttBackend): void {
  const read = { summary: 'The settings of the broker', query: z.strictObject({}), answer }
  ctx.route('GET', path, { permission: 'settings.read', describe: read }, async () => ({
    settings: await backend().settings.all(),
  }))

  const change = {
    summary: 'Change settings of the broker: all that are named, or none',
    details: 'Kept across restarts. The answer has all settings as they are then.',
    body: SETTINGS,
    answer,
    example: { body: { max_queue_length: 500 } },
  }
  ctx.route('PATCH', path, { permission: 'settings.write', describe: change }, async ({ input }) => {
    if (Object.keys(input).length === 0) {
      throw new KernelError('body_invalid', 'expected at least one setting to change; nothing was done', {
        hint: `GET ${path}, or patchbay mqtt settings, shows them`,
      })
    }
    const { settings } = backend()
    const before = await settings.all()
    await settings.change(input)
    // This request goes on seeing the backend of before, whose settings may be those of before too.
    return { settings: { ...before, ...input } }
  })
}
