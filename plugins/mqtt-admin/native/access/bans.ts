import { KernelError, type PluginContext, withoutStack } from 'patchbay'
import { z } from 'zod'
import type { Ban, MqttBackend } from '../../backend.js'
import { fromCursor, iso, list, listOf, PAGING } from '../list.js'

const KIND = z.enum(['client', 'user', 'address'])
const BAN = z.object({
  id: z.string(),
  kind: KIND,
  who: z.string(),
  reason: z.string().nullable(),
  by: z.string().nullable().describe('who banned'),
  banned_at: z.iso.datetime(),
  until: z.iso.datetime().nullable().describe('null lasts until it is lifted'),
})
/** A hundred years, after which nobody asks. */
const LONGEST_SECONDS = 3_155_760_000
const path = '/mqtt/v1/bans'
const read = { permission: 'access.read' }
const write = { permission: 'access.write' }

/** Bans: who is kept out, and until when. */
export function contributeBans(ctx: PluginContext, backend: () => MqttBackend): void {
  const all = { summary: 'Bans that hold, by id', query: z.strictObject(PAGING), answer: listOf('bans', BAN) }
  ctx.route('GET', path, { ...read, describe: all }, async ({ given: { limit, after } }) => {
    const { bans } = backend().access
    const page = await bans.page(fromCursor(after), limit)
    return list('bans', page.bans.map(shown), await bans.count(), page.next)
  })

  const add = {
    summary: 'Ban a client, a user, an address or a network, and disconnect whom it concerns',
    details: 'A ban for the same kind and name is replaced. Without "seconds" and "until" it lasts until it is lifted.',
    body: z.strictObject({
      kind: KIND,
      who: z.string().min(1).max(1024).describe('client id, user name, or address or network in CIDR notation'),
      reason: z.string().max(1024).optional(),
      seconds: z.number().positive().max(LONGEST_SECONDS).optional().describe('how long it lasts'),
      until: z.iso.datetime({ offset: true }).optional().describe('when it ends'),
    }),
    answer: BAN.extend({ disconnected: z.int().describe('how many connections were closed') }),
    example: { body: { kind: 'address', who: '10.1.0.0/16', reason: 'port scan', seconds: 3600 } },
  }
  ctx.route('POST', path, { ...write, describe: add }, async ({ input, identity }) => {
    const { kind, who, reason } = input
    const { ban, disconnected } = await backend().access.bans.add({
      kind,
      who,
      reason,
      by: identity?.name,
      until: endOf(input),
    })
    return { ...shown(ban), disconnected }
  })

  const lift = {
    summary: 'Lift a ban',
    parameters: { id: 'of the ban, percent-encoded' },
    query: z.strictObject({}),
    answer: z.object({ id: z.string(), lifted: z.literal(true) }),
  }
  ctx.route('DELETE', `${path}/:id`, { ...write, describe: lift }, async ({ params }) => {
    const id = params['id']!
    if (!(await backend().access.bans.lift(id))) throw noBan(id)
    return { id, lifted: true }
  })
}

function endOf({ seconds, until }: { seconds?: number | undefined; until?: string | undefined }): number | undefined {
  if (seconds !== undefined && until !== undefined) {
    throw new KernelError('body_invalid', '"seconds" and "until" both say when the ban ends; nobody was banned', {
      hint: 'give one of them, or neither for a ban that lasts until it is lifted',
    })
  }
  if (seconds !== undefined) return Date.now() + seconds * 1000
  return until === undefined ? undefined : Date.parse(until)
}

function shown({ id, kind, who, reason, by, bannedAt, until }: Ban): z.infer<typeof BAN> {
  return {
    id,
    kind,
    who,
    reason: reason ?? null,
    by: by ?? null,
    banned_at: new Date(bannedAt).toISOString(),
    until: iso(until),
  }
}

function noBan(id: string): KernelError {
  return withoutStack(
    () =>
      new KernelError('not_found', `there is no ban "${id}"`, {
        hint: `GET ${path}, or patchbay mqtt ban list, lists them; an id is such as client:sensor-7, in a path a slash is %2F`,
      }),
  )
}
