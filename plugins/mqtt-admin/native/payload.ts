import { z } from 'zod'

/** A payload as JSON shows it. */
export const PAYLOAD = {
  payload_bytes: z.int().describe('all of it'),
  payload: z.string().describe('base64, cut to payload_limit'),
  text: z.string().optional().describe('the same as text, where it is UTF-8'),
  truncated: z.literal(true).optional(),
}

export const PAYLOAD_LIMIT = z
  .int()
  .min(0)
  .max(65_536)
  .default(1024)
  .describe('how many bytes of each payload are shown')

export function shownPayload(payload: Buffer, limit = payload.length) {
  const truncated = payload.length > limit
  const shown = truncated ? payload.subarray(0, limit) : payload
  const text = textOf(shown, truncated)
  return {
    payload_bytes: payload.length,
    payload: shown.toString('base64'),
    ...(text === undefined ? {} : { text }),
    ...(truncated ? { truncated } : {}),
  }
}

/** A character that the cut has halved is left out; undefined when it is not UTF-8. */
function textOf(bytes: Buffer, cut: boolean): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: cut })
  } catch {
    return undefined
  }
}
