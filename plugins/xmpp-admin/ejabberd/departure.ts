import { type PluginContext, reason } from 'patchbay'

interface Leaving {
  timer: NodeJS.Timeout | undefined
  /** That of the generation which is live when the time has come. */
  readonly leave: (why: string) => void
}

/** Ends the process after so many seconds, also when this plugin is reloaded meanwhile; the last word counts. */
export async function keepDeparture(ctx: PluginContext): Promise<(why: string, seconds: number) => void> {
  const leaving = await ctx.keep('departure', {
    open: (call: { leave(why: string): void }): Leaving => ({ timer: undefined, leave: call.leave }),
    close: ({ timer }: Leaving) => clearTimeout(timer),
    behaviour: { leave: (why: string) => leaveLater(ctx, why) },
  })
  return (why, seconds) => {
    clearTimeout(leaving.timer)
    if (seconds === 0) return ctx.leave(why)
    leaving.timer = setTimeout(leaving.leave, seconds * 1000, why).unref()
  }
}

function leaveLater(ctx: PluginContext, why: string): void {
  try {
    ctx.leave(why)
  } catch (thrown) {
    ctx.log.warn(`${why} failed: ${reason(thrown)}`)
  }
}
