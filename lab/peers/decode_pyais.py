"""Decodes NMEA files with pyais as its documentation shows: FileReaderStream, then decode(). Arguments: [--list] FILE..."""

import sys
from importlib.metadata import version

from pyais import FileReaderStream
from pyais.exceptions import AISBaseException

from report import Positions

files = sys.argv[1:]
positions = Positions(keep=files[0] == "--list")
for file in files:
    if file == "--list":
        continue
    for sentence in FileReaderStream(file):
        if not sentence.is_valid:  # the checksum does not hold
            continue
        try:
            message = sentence.decode()
        except AISBaseException:
            continue
        if message.msg_type in Positions.TYPES:
            positions.add(message.mmsi, message.msg_type, message.lat, message.lon)
positions.report("pyais " + version("pyais"))
