import type { DisconnectReason, MqttSession, SessionDirectory } from '../../mqtt-admin/backend.js'

/** Ends the connections for which `concerns` holds, block by block; how many they were. */
export async function disconnectWhere(
  sessions: Pick<SessionDirectory, 'blocks' | 'disconnect'>,
  concerns: (session: MqttSession) => boolean,
  why: DisconnectReason,
): Promise<number> {
  let disconnected = 0
  for await (const block of sessions.blocks('connected')) {
    // The records are the broker's own, and change as soon as the first is gone.
    const ids = block.filter(concerns).map(({ clientId }) => clientId)
    for (const id of ids) if (await sessions.disconnect(id, why)) disconnected++
  }
  return disconnected
}
