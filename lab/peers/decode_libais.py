"""Decodes NMEA files with libais, in one of its two documented ways. Arguments: stream|direct [--list] FILE...

stream: ais.stream.decode, which takes lines, TAG blocks and checksums apart in Python.
direct: ais.decode on payloads, with the least of Python that is needed to find them.
"""

import re
import sys
import warnings
from functools import reduce
from importlib.metadata import version

import ais

from report import Positions

SENTENCE = re.compile(r"!(..VD[MO],(\d),(\d),(\d?),([AB12]?),([^,*]*),([0-5]))\*([0-9A-F]{2})")


def stream(lines):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # the module is to go in libais 1.0
        import ais.stream
    # The function is called for what cannot be decoded, instead of stopping there.
    return ais.stream.decode(lines, errors=lambda problem: None)


def direct(lines):
    waiting = {}
    for line in lines:
        match = SENTENCE.search(line)
        if match is None:
            continue
        sentence, total, number, group, channel, payload, pad, checksum = match.groups()
        if reduce(lambda mark, byte: mark ^ byte, sentence.encode()) != int(checksum, 16):
            continue
        if total != "1":
            before = waiting.pop((group, channel), "") if number != "1" else ""
            payload = before + payload
            if number != total:
                waiting[group, channel] = payload
                continue
        try:
            yield ais.decode(payload, int(pad))
        except ais.DecodeError:
            continue


way = {"stream": stream, "direct": direct}[sys.argv[1]]
files = sys.argv[2:]
positions = Positions(keep=files[0] == "--list")
for file in files:
    if file == "--list":
        continue
    with open(file, encoding="utf-8", errors="replace") as lines:
        for message in way(lines):
            if message["id"] in Positions.TYPES:
                positions.add(message["mmsi"], message["id"], message.get("y"), message.get("x"))
positions.report(f"libais {version('libais')} {sys.argv[1]}")
