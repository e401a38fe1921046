import { z } from 'zod'

const prefix = (of: string) => z.string().optional().describe(`text that is put before ${of} sent over admin_rest`)

/** Options of both APIs; those that decide who is let in are the faces' own. */
export const options = z.strictObject({
  admin_rest_message_prefix: prefix('a message to one user'),
  admin_rest_multicast_prefix: prefix('a message to several users'),
  admin_rest_broadcast_prefix: prefix('a message to everybody'),
})

export type Options = z.infer<typeof options>
