import { type TestKernel, testKernel } from '../../../../kernel/testing.js'
import mqttAdmin from '../../../../plugins/mqtt-admin/index.js'
import { type StandIn, type StandInState, standIn } from '../stand-in.js'

export interface Answered {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: what an endpoint answers is what the test says about it
  body: any
}

export interface NativeHouse extends StandIn {
  kernel: TestKernel
  get(path: string): Promise<Answered>
  send(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<Answered>
}

/** mqtt-admin over a stand-in, closed after `act`, which fails on whatever was left behind. */
export async function withNative(
  given: Partial<StandInState>,
  act: (house: NativeHouse) => Promise<void>,
): Promise<void> {
  const stand = standIn(given)
  const kernel = await testKernel(mqttAdmin, { with: [stand.plugin] })
  const ask = async (path: string, init = {}) => {
    const response = await kernel.fetch(path, init)
    const text = await response.text()
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
  }
  try {
    await act(
      Object.assign(stand, {
        kernel,
        get: (path: string) => ask(path),
        send: (method: string, path: string, body?: unknown) =>
          ask(path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }),
      }),
    )
  } finally {
    await kernel.close()
  }
}
