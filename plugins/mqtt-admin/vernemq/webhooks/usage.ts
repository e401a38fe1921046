/** What the two answer when an argument is missing. */
export const REGISTER_USAGE = `vmq-admin webhooks register hook=<Hook> endpoint=<Url>

  Has an endpoint called for a hook.

  --response_timeout=<Milliseconds>
      how long a call may take, defaults to 5000
  --base64payload=<true|false>
  --no_payload=<true|false>
      taken, but no hook that is called here has a payload

`

export const DEREGISTER_USAGE = `vmq-admin webhooks deregister hook=<Hook> endpoint=<Url>

  Ends the calls of an endpoint for a hook.

`
