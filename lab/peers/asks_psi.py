"""openmined_psi on the selectors of the asks benchmark, as its documentation shows.

prepare FOLDER    the server's key and setup message from FOLDER/owner.txt
ask FOLDER        both sides of a request about FOLDER/asker.txt

The setup message is the plain list of points (RAW): of its three forms the cheapest to make and to search, and without false positives.
"""

import os
import sys
from importlib.metadata import version

import private_set_intersection.python as psi

from report import report

MODULUS = (1 << 61) - 1


def lines(path):
    with open(path) as file:
        return file.read().splitlines()


def prepare(folder):
    items = lines(os.path.join(folder, "owner.txt"))
    count = len(lines(os.path.join(folder, "asker.txt")))
    server = psi.server.CreateWithNewKey(True)
    setup = server.CreateSetupMessage(1e-9, count, items, psi.DataStructure.RAW)
    with open(os.path.join(folder, "psi.key"), "wb") as file:
        file.write(server.GetPrivateKeyBytes())
    with open(os.path.join(folder, "psi.setup"), "wb") as file:
        file.write(setup.SerializeToString())
    return {"entries": len(items)}


def ask(folder):
    with open(os.path.join(folder, "psi.key"), "rb") as file:
        server = psi.server.CreateFromKey(file.read(), True)
    with open(os.path.join(folder, "psi.setup"), "rb") as file:
        setup_bytes = file.read()
    setup = psi.ServerSetup()
    setup.ParseFromString(setup_bytes)
    client = psi.client.CreateWithNewKey(True)
    request_bytes = client.CreateRequest(lines(os.path.join(folder, "asker.txt"))).SerializeToString()
    request = psi.Request()
    request.ParseFromString(request_bytes)
    response_bytes = server.ProcessRequest(request).SerializeToString()
    response = psi.Response()
    response.ParseFromString(response_bytes)
    mark = 0
    hits = sorted(client.GetIntersection(setup, response))
    for place in hits:
        mark = (mark * 1000003 + place) % MODULUS
    return {
        "hits": len(hits),
        "hits_fingerprint": mark,
        "set_bytes": len(setup_bytes),
        "ask_bytes": len(request_bytes) + len(response_bytes),
    }


task, folder = sys.argv[1:]
report("openmined_psi " + version("openmined_psi"), {"prepare": prepare, "ask": ask}[task](folder))
