"""Where an event is, if it says so, and how far away a phone is. Pure."""

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Final

# Metres; of the sphere that has the Earth's volume.
_EARTH_RADIUS: Final = 6_371_000.8
SMALLEST_RADIUS: Final = 50
LARGEST_RADIUS: Final = 50_000
# A phone in a basement is off by this much at the most; beyond it does not know where it is.
_MOST_DOUBT: Final = 200.0


@dataclass(frozen=True, slots=True)
class Geofence:
    """A circle around the event's place.

    Coordinates in degrees, radius in metres. Both sides must use one system: WeChat's maps and
    `wx.getLocation` both speak GCJ-02, in which China is drawn up to 700 m away from WGS-84.
    """

    latitude: float
    longitude: float
    radius: int

    def holds(self, latitude: float, longitude: float, accuracy: float = 0) -> bool:
        """Tell whether a phone that knows its position to `accuracy` metres may be inside."""
        away = distance(self.latitude, self.longitude, latitude, longitude)
        return away - min(accuracy, _MOST_DOUBT) <= self.radius


def distance(latitude: float, longitude: float, to_latitude: float, to_longitude: float) -> float:
    """Return the metres between two places given in degrees, by the haversine formula."""
    north, to_north = radians(latitude), radians(to_latitude)
    half_north = (to_north - north) / 2
    half_east = radians(to_longitude - longitude) / 2
    h = sin(half_north) ** 2 + cos(north) * cos(to_north) * sin(half_east) ** 2
    return 2 * _EARTH_RADIUS * asin(min(1.0, sqrt(h)))
