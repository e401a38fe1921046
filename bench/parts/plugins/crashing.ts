import { indexFile, type Source } from './source.js'

export const CRASHING = 'bench-crashing'

export type Crash = 'works' | 'throws in a timer' | 'rejects unhandled'

/** How soon after it went live, in milliseconds. */
const AFTER_MS = 40

const THROWS: Record<Crash, string> = {
  works: '',
  'throws in a timer': 'throw new Error("thrown on purpose");',
  'rejects unhandled': 'void Promise.reject(new Error("rejected on purpose"));',
}

/** Answers how it will end, and notes the moment of its end where the server finds it. */
export function crashing(crash: Crash): Source {
  const then = THROWS[crash]
  const crashLater = `ctx.onLive(() => void setTimeout(() => {
      globalThis.benchThrownAt = String(process.hrtime.bigint());
      ${then}
    }, ${AFTER_MS}));`
  return {
    'index.js': indexFile(
      CRASHING,
      '',
      `ctx.route("GET", "/crashing", { public: true }, () => ${JSON.stringify(crash)});
    ${then && crashLater}`,
    ),
  }
}
