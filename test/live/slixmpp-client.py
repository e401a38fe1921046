"""A slixmpp client that does what comes on its input, and writes what it hears as one JSON object a line.

Arguments: JID, password, address, port. A line of input is raw XML to send, or `quit`.
"""
import asyncio
import json
import ssl
import sys

import slixmpp


def tell(event, **more):
    print(json.dumps({"event": event, **more}), flush=True)


class Client(slixmpp.ClientXMPP):
    def __init__(self, jid, password):
        super().__init__(jid, password)
        self.add_event_handler("session_start", self.started)
        self.add_event_handler("message", lambda message: tell("message", sender=str(message["from"]), body=message["body"]))
        self.add_event_handler("presence_available", lambda presence: tell("presence", sender=str(presence["from"])))
        self.add_event_handler("roster_update", lambda iq: tell("roster", items=sorted(str(jid) for jid in iq["roster"]["items"])))
        self.add_event_handler("stream_error", lambda error: tell("stream_error", condition=error["condition"]))
        self.add_event_handler("failed_auth", lambda _: tell("failed_auth"))
        self.add_event_handler("disconnected", lambda _: self.gone())

    async def started(self, _):
        self.send_presence()
        await self.get_roster()
        mechanism = self["feature_mechanisms"].mech.name
        tell("online", jid=str(self.boundjid), mechanism=mechanism, tls=self.transport.get_extra_info("cipher") is not None)

    def gone(self):
        tell("closed")
        asyncio.get_event_loop().stop()


def main():
    jid, password, address, port = sys.argv[1:]
    client = Client(jid, password)
    # The server's certificate is its own work.
    client.ssl_context.check_hostname = False
    client.ssl_context.verify_mode = ssl.CERT_NONE

    def read():
        line = sys.stdin.readline()
        if line.strip() in ("", "quit"):
            client.loop.remove_reader(sys.stdin)
            client.disconnect()
        else:
            client.send_raw(line.strip())

    client.loop.add_reader(sys.stdin, read)
    client.connect((address, int(port)), disable_starttls=False)
    client.loop.run_forever()


main()
