/** What a command answers when an argument is missing, as the original prints it: clients show it to people. */
export const DISCONNECT_USAGE = `vmq-admin session disconnect client-id=<ClientId>

  Forcefully disconnects a client from the cluster. 

  --mountpoint=<Mountpoint>, -m
      specifies the mountpoint, defaults to the default mountpoint
  --cleanup, -c
      removes the stored cluster state of this client like stored
      messages and subscriptions.

`

export const REAUTHORIZE_USAGE = `vmq-admin session reauthorize username=<Username> client-id=<ClientId>

  Reauthorizes all current subscriptions of an existing client session. 

  --mountpoint=<Mountpoint>, -m
      specifies the mountpoint, defaults to the default mountpoint

`

export const LISTENER_START_USAGE = `vmq-admin listener start address=IpAddr port=Port

  Creates and starts a new listener.

General Options

  -m, --mountpoint=Mountpoint
  --nr_of_acceptors=NrOfAcceptors
  --max_connections=[infinity | MaxConnections]
  --allowed_protocol_versions=[3|4|5]
      Defaults to 3,4

WebSocket Options

  --websocket
      use the Websocket protocol as the underlying transport

PROXYv2 Options

  --proxy_protocol
      Enable PROXY v2 protocol for this listener
  --use_cn_as_username
      If PROXY v2 is enabled for this listener use this flag
      to decide if the common name should replace the MQTT username
      Enabled by default (use \`=false\`) to disable

SSL Options

  --ssl
      use SSL for this listener, without this option, all other SSL
      are ignored
  --cafile=CaFile
      The path to the cafile containing the PEM encoded CA certificates
      that are trusted by the server.
  --certfile=CertificateFile
      The path to the PEM encoded server certificate
  --keyfile=KeyFile
      The path to the PEM encoded key file
  --ciphers=CiphersList
      The list of allowed ciphers, each separated by a colon
  --eccs=EllipticCurveList
      The list of allowed elliptic curves, each separated by a colon
  --crlfile=CRLFile
      If --require-certificate is set, you can use a certificate
      revocation list file to revoke access to particular client
      certificates. The file has to be PEM encoded.
  --tls_version=TLSVersion
      use this TLS version for the listener
  --require_certificate
      Use client certificates to authenticate your clients
  --use_identity_as_username
      If --require-certificate is set, the CN value from the client
      certificate is used as the username for authentication

`

export const TRACE_USAGE = `vmq-admin trace client client-id=<client-id>

  Trace client activities.

  Note, tracing has a performance impact on the running system and
  as such care should be taken, especially when running high load.
  This is also the reason for the low default rate limit settings.

Options

  --mountpoint=<Mountpoint>
      the mountpoint for the client to trace.
      Defaults to "" which is the default mountpoint.
  --rate-max=<RateMaxMessages>
      the maximum number of messages for the given interval,
      defaults to 10.
  --rate-interval=<RateIntervalMS>
      the interval in milliseconds over which the max number of messages
      is allowed. Defaults to 100.
  --trunc-payload=<SizeInBytes>
      control when the payload should be truncated for display.
      Defaults to 200.
`

export const UNSUBSCRIBE_USAGE = `vmq-admin session unsubscribe client-id=<ClientId> topic=<Topic>

  Removes one subscription of a session, whether its client is connected or not.

  --mountpoint=<Mountpoint>, -m
      specifies the mountpoint, defaults to the default mountpoint

`

export const LISTENER_USAGE = (verb: string): string =>
  `vmq-admin listener ${verb} address=IpAddr port=Port${verb === 'stop' ? ' [--kill_sessions|-k]' : ''}\n\n`
