import { setImmediate } from 'node:timers/promises'
import type { KernelContext } from '../request.js'
import { failedAs, send } from './face.js'

export type Cell = string | number | boolean | null
export type VernemqOutput = { text: string } | { table: Record<string, Cell>[] } | { alert: VernemqOutput[] }

/** What a path beside the API answers: bytes and a Content-Type exactly as given. */
export interface VernemqReply {
  status: number
  type: string
  body: string
}

export type VernemqAnswer = VernemqOutput | VernemqOutput[] | VernemqReply

export function alert(text: string): VernemqOutput {
  return { alert: [{ text }] }
}

/** Rows that are made into text in one turn of the event loop. */
const ROWS_IN_A_TURN = 500

/** In the envelope of contracts/mqtt.md §2.2, or a reply as it is. */
export function answer(ctx: KernelContext, output: VernemqAnswer): void | Promise<void> {
  if ('status' in output) {
    if (output.status >= 400) failedAs(ctx, output.body)
    send(ctx, output.status, output.type, output.body)
    return
  }
  const [first] = [output].flat()
  if (first && 'alert' in first) failedAs(ctx, 'alert')
  // As commands say it since 1.13.
  if (first && 'text' in first && first.text.startsWith('{error,')) failedAs(ctx, first.text)
  if (!Array.isArray(output) && 'table' in output && output.table.length > ROWS_IN_A_TURN) {
    return longTable(output.table).then(text => send(ctx, 200, 'application/json', text))
  }
  const text = Array.isArray(output) ? `${JSON.stringify(output.map(typed))}\n` : JSON.stringify(typed(output))
  send(ctx, 200, 'application/json', text)
}

/** The same bytes, with turns for others in between. */
async function longTable(rows: readonly object[]): Promise<string> {
  const pieces: string[] = []
  for (let at = 0; at < rows.length; at += ROWS_IN_A_TURN) {
    pieces.push(JSON.stringify(rows.slice(at, at + ROWS_IN_A_TURN)).slice(1, -1))
    await setImmediate()
  }
  return `{"table":[${pieces.join(',')}],"type":"table"}`
}

function typed(output: VernemqOutput): object {
  if ('text' in output) return { text: output.text, type: 'text' }
  if ('table' in output) return { table: output.table, type: 'table' }
  return { alert: output.alert.map(typed), type: 'alert' }
}
