import type { FaceName } from '../../life/contributions.js'
import { adminRest } from './admin-rest.js'
import { ejabberd } from './ejabberd.js'
import { emq } from './emq.js'
import type { Face, FaceOptions } from './face.js'
import { hermes } from './hermes.js'
import { vernemq } from './vernemq.js'

/** The five faces. `options` is asked on every request, since they may change while the server runs. */
export function allFaces(options: () => FaceOptions): ReadonlyMap<FaceName, Face> {
  const faces = [adminRest(options), ejabberd(options), vernemq(), emq(options), hermes(options)]
  return new Map(faces.map(face => [face.name, face]))
}
