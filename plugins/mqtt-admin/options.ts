import { z } from 'zod'
import { quirks } from './emq/quirks.js'

export const options = z.strictObject({ quirks })

export type Options = z.infer<typeof options>
