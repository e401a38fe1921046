/** A port that something would bind, and the option that says so. */
export interface BoundPort {
  readonly ip: string
  readonly port: number
  readonly setting: string
}

const EVERYWHERE = new Set(['0.0.0.0', '::'])

/**
 * The ports in a plugin's options that it would bind: `port`, or `…_port`, beside an `ip`. Without an `ip` it may as
 * well be the port of the server that a backend speaks to.
 */
export function boundPorts(path: string, config: unknown): BoundPort[] {
  if (typeof config !== 'object' || config === null) return []
  const { ip } = config as { ip?: unknown }
  return Object.entries(config).flatMap(([name, value]) => {
    const setting = `${path}.${name}`
    if (typeof ip === 'string' && typeof value === 'number' && /(^|_)port$/.test(name))
      return [{ ip, port: value, setting }]
    return Array.isArray(value)
      ? value.flatMap((each, index) => boundPorts(`${setting}[${index}]`, each))
      : boundPorts(setting, value)
  })
}

export function portsUsedTwice(ports: readonly BoundPort[]): string[] {
  return ports.flatMap((one, index) =>
    ports
      .slice(0, index)
      .filter(other => one.port !== 0 && other.port === one.port && overlap(one.ip, other.ip))
      .map(other => `${one.setting}: port ${one.port} on ${one.ip} is already that of ${other.setting}`),
  )
}

function overlap(one: string, other: string): boolean {
  return one === other || EVERYWHERE.has(one) || EVERYWHERE.has(other)
}
