"""Decodes NMEA files with libais as its documentation shows: ais.stream.decode. Arguments: [--list] FILE..."""

import sys
from importlib.metadata import version

import ais.stream

from report import Positions

files = sys.argv[1:]
positions = Positions(keep=files[0] == "--list")
for file in files:
    if file == "--list":
        continue
    with open(file, encoding="utf-8", errors="replace") as lines:
        # Called for what cannot be decoded, instead of stopping there.
        for message in ais.stream.decode(lines, errors=lambda problem: None):
            if message["id"] in Positions.TYPES:
                positions.add(message["mmsi"], message["id"], message.get("y"), message.get("x"))
positions.report("libais " + version("libais"))
