import { setTimeout as pause } from 'node:timers/promises'
import { fetchText, Generator, type LoadResult } from './load.js'
import { BACKEND, EXCHANGES, FACE, type Fate, revision, SOURCE_OF } from './plugins/revisions.js'
import { writePlugin } from './plugins/source.js'
import { startPatchbay } from './servers.js'
import { temporaryFolder } from './temporary.js'

export interface Trial {
  requests: number
  reloads: number
  /** Requests per second, open loop. */
  rate: number
}

export interface Outcome {
  load: LoadResult
  reloads: number
  /** Reloads that were meant to fail, and did, with the expected error. */
  refused: number
  /** Reloads that ended otherwise than their code deserved. */
  unexpected: string[]
  /** Milliseconds that the good reloads took, their drain included. */
  reloadMs: number[]
}

/** One in ten fails: half of those cannot be linked, half do not start. */
function fateOf(reload: number): Fate {
  if (reload % 20 === 9) return 'fails at link'
  return reload % 20 === 19 ? 'fails in start' : 'works'
}

const CODES: Record<Fate, string | undefined> = {
  works: undefined,
  'fails at link': 'link_failed',
  'fails in start': 'start_failed',
}

/** Rewrites and reloads two plugins on disk, in turn, while requests come in at a steady rate. */
export async function reloadsUnderLoad({ requests, reloads, rate }: Trial): Promise<Outcome> {
  const folder = temporaryFolder()
  for (const name of [BACKEND, FACE] as const) writePlugin(folder, name, revision(name, 0, 'works'))
  const server = await startPatchbay({ pluginFolders: [folder], start: ['auth', BACKEND, FACE] })
  const generator = new Generator()
  try {
    const port = await server.ask('port')
    await fetchText(port, '/face/static')
    const began = performance.now()
    const loading = generator.ask('load', { port, exchanges: EXCHANGES, connections: 128, rate, requests })
    const everyMs = (requests / rate / (reloads + 1)) * 1000
    const unexpected: string[] = []
    const reloadMs: number[] = []
    let refused = 0
    for (let reload = 1; reload <= reloads; reload++) {
      await pause(Math.max(0, began + reload * everyMs - performance.now()))
      const name = reload % 2 === 0 ? FACE : BACKEND
      // Pairs of reloads share a fate, so that both plugins meet each of them.
      const fate = fateOf(reload >> 1)
      writePlugin(folder, name, revision(name, reload, fate))
      const { code, ms } = await server.ask('reload', name).then(
        ms => ({ code: undefined, ms }),
        (thrown: { code?: string }) => ({ code: thrown.code ?? String(thrown), ms: 0 }),
      )
      if (code !== CODES[fate]) unexpected.push(`reload ${reload}, which ${fate}: ${code ?? 'worked'}`)
      else if (code !== undefined) refused++
      else {
        reloadMs.push(ms)
        await generator.ask('live', { source: SOURCE_OF[name], revision: reload })
      }
    }
    return { load: await loading, reloads, refused, unexpected, reloadMs }
  } finally {
    await Promise.all([generator.end(), server.end()])
  }
}
