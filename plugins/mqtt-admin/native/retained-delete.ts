import { setImmediate } from 'node:timers/promises'
import { KernelError, type PluginContext } from 'patchbay'
import { z } from 'zod'
import type { MqttBackend } from '../backend.js'
import { filterText } from './topic.js'

/** How many are looked at before others have their turn. */
const BLOCK = 100

/** `POST /mqtt/v1/retained/delete`: all that match a filter. */
export function contributeRetainedDelete(ctx: PluginContext, backend: () => MqttBackend): void {
  const describe = {
    summary: 'Delete the retained messages whose topic matches a filter',
    details: 'Messages that are retained after the call began stay.',
    body: z.strictObject({
      filter: filterText,
      all: z.literal(true).optional().describe('needed for the filter #'),
      dry_run: z.boolean().default(false).describe('only count'),
    }),
    answer: z.object({ matched: z.int(), deleted: z.int(), dry_run: z.boolean() }),
    example: { body: { filter: 'sensors/#', dry_run: true } },
  }
  ctx.route('POST', '/mqtt/v1/retained/delete', { permission: 'retained.delete', describe }, async request => {
    const { filter, all, dry_run } = request.input
    if (filter === '#' && !all) throw everything()
    const { retained } = backend()
    const began = Date.now()
    let [matched, deleted] = [0, 0]
    let after: string | undefined
    do {
      const { messages, next } = await retained.page(filter, after, BLOCK)
      const older = messages.filter(({ retainedAt }) => retainedAt <= began)
      matched += older.length
      if (!dry_run) {
        const gone = await Promise.all(older.map(({ topic }) => retained.delete(topic)))
        deleted += gone.filter(Boolean).length
      }
      after = next
      await setImmediate()
    } while (after !== undefined && !request.signal.aborted)
    return { matched, deleted, dry_run }
  })
}

function everything(): KernelError {
  return new KernelError('body_invalid', 'the filter # would delete every retained message; nothing was done', {
    hint: 'name a narrower filter, or say {"all": true}, on the command line --all',
  })
}
