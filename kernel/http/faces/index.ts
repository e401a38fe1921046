import type { FaceName } from '../../life/contributions.js'
import { adminRest } from './admin-rest.js'
import { ejabberd } from './ejabberd.js'
import { emq } from './emq.js'
import type { Face, FaceOptions } from './face.js'
import { hermes } from './hermes.js'
import { oauth } from './oauth.js'
import { vernemq } from './vernemq.js'

/** Every face by its name. */
export class Faces extends Map<FaceName, Face> {}

/** The five faces, and OAuth beside ejabberd's. `options` is asked on every request, since they may change while the server runs. */
export function allFaces(options: () => FaceOptions): Faces {
  const faces = [adminRest(options), ejabberd(options), vernemq(options), emq(options), hermes(options), oauth(options)]
  return new Faces(faces.map(face => [face.name, face]))
}
