"""How a peer reports: one line of JSON with what it found, its version and the most memory it held."""

import json


def peak_kib():
    """VmHWM counts from the start of this program; getrusage would count the parent's memory too."""
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return None


def report(version, facts, positions=None):
    print(json.dumps({"version": version, "peak_kib": peak_kib(), "facts": facts, "positions": positions or []}))


class Positions:
    """Counts position reports as `oikos-lab work decode` does: in 1/600000 of a degree, so that sums are exact."""

    TYPES = (1, 2, 3, 18, 19, 27)

    def __init__(self, keep):
        self.count = self.latitudes = self.longitudes = 0
        self.kept = [] if keep else None

    def add(self, mmsi, message_type, latitude, longitude):
        """Takes degrees. Positions that are not available (91 and 181 degrees) or not on Earth do not count."""
        if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
            return
        if message_type == 27:  # sent in 1/600 of a degree; a peer may have rounded what it computed from that
            latitude, longitude = round(latitude * 600) * 1000, round(longitude * 600) * 1000
        else:
            latitude, longitude = round(latitude * 600000), round(longitude * 600000)
        self.count += 1
        self.latitudes += latitude
        self.longitudes += longitude
        if self.kept is not None:
            self.kept.append([mmsi, message_type, latitude, longitude])

    def report(self, version):
        facts = {"positions": self.count, "latitude_sum": self.latitudes, "longitude_sum": self.longitudes}
        report(version, facts, self.kept)
