"""The moments at which tests run: each hour of a day, and days with odd calendars or clock changes."""

from __future__ import annotations

# In local time of São Paulo. Each hour has another day, so that the days of the week take part as well.
HOURS = [f"2027-03-{day:02}T{hour:02}:30:00-03:00" for hour, day in enumerate(range(2, 26))]
ODD = [
    "2027-03-17T23:59:58-03:00",  # the last seconds of a day
    "2027-03-18T00:00:01-03:00",  # and the first
    "2027-03-17T20:59:58-03:00",  # the same of a day of UTC
    "2027-03-17T21:00:01-03:00",
    "2027-02-28T23:30:00-03:00",  # months of 28, 30 and 31 days, and those after them
    "2027-03-01T00:30:00-03:00",
    "2027-04-30T23:30:00-03:00",
    "2027-05-01T00:30:00-03:00",
    "2027-07-31T23:30:00-03:00",
    "2027-08-01T00:30:00-03:00",
    "2028-02-28T23:30:00-03:00",  # a leap year
    "2028-02-29T00:30:00-03:00",
    "2028-02-29T12:00:00-03:00",
    "2028-02-29T23:30:00-03:00",
    "2028-03-01T00:30:00-03:00",
    "2027-12-31T23:30:00-03:00",  # New Year
    "2028-01-01T00:30:00-03:00",
    "2018-02-17T22:30:00-02:00",  # summer time ends: from 23:59 back to 23:00, an hour that comes twice
    "2018-02-17T23:30:00-02:00",
    "2018-02-17T23:30:00-03:00",
    "2018-02-18T00:30:00-03:00",
    "2018-07-15T12:00:00-03:00",  # a winter between two summers
    "2018-11-03T23:59:58-03:00",  # summer time begins: from 23:59 to 01:00, a day without a midnight
    "2018-11-04T01:00:01-02:00",
    "2018-11-04T12:00:00-02:00",
    "2018-11-05T00:30:00-02:00",
]
EVERY = [*HOURS, *ODD]
# Beside midnight, where most goes wrong, and odd besides.
EDGES = ["2028-02-29T00:30:00-03:00", "2027-12-31T23:30:00-03:00"]
