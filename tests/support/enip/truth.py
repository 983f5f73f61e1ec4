"""What a server handled, for comparison with what was seen on the wire: a JSON object a line."""
import json


class Truth:
    def __init__(self, path=None):
        self.file = open(path, "a", encoding="utf-8") if path else None
        self.entries = []

    def note(self, protocol, **fields):
        entry = {"protocol": protocol, **fields}
        if self.file:
            print(json.dumps(entry), file=self.file, flush=True)
        else:
            self.entries.append(entry)

    def service(self, client, direction, depth, service, path=None, status=None, extended=(),
                sequence=None):
        """One CIP service, request or response. Of a response the path is the request's. A path
        through several objects counts as the first."""
        cls, instance = path.chain[0] if path and path.chain else (None, None)
        self.note("cip", client=client, dir=direction, depth=depth, service=service,
                  cls=cls, instance=instance,
                  attribute=path.attribute if path else None,
                  symbol=(path.symbol or None) if path else None,
                  status=status, extended=list(extended), seq=sequence)
