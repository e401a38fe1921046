/** How every command of `patchbay` ends; printed by `--help`. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  notRunning: 3,
  /** Only of `patchbay explain`: the answer is no. */
  denied: 4,
} as const

export const EXIT_CODES = `Exit codes: ${[
  `${EXIT.ok} done`,
  `${EXIT.failed} refused or failed`,
  `${EXIT.usage} wrong usage`,
  `${EXIT.notRunning} no Patchbay is running`,
].join(', ')}.`
