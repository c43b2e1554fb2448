"""The same figures by plain pandas, written from their definitions: what ours are held against."""

import pandas as pd


def local(people, times, zone: str) -> pd.DataFrame:
    """One row an event, with the calendar of the zone."""
    when = pd.to_datetime(pd.Series(times), unit="s", utc=True).dt.tz_convert(zone)
    clock = when.dt.tz_localize(None)
    return pd.DataFrame({"person": people, "clock": clock, "day": clock.dt.normalize()})


def every_day(frame: pd.DataFrame) -> pd.DatetimeIndex:
    return pd.date_range(frame["day"].min(), frame["day"].max())


def active_in(frame: pd.DataFrame, window: int) -> pd.Series:
    """People with an event in the window that ends with each day, day by day."""
    counts = {}
    for day in every_day(frame):
        inside = (frame["day"] > day - pd.Timedelta(days=window)) & (frame["day"] <= day)
        counts[day] = frame.loc[inside, "person"].nunique()
    return pd.Series(counts)


def in_periods(frame: pd.DataFrame, freq: str) -> pd.DataFrame:
    """Active, new, returning, resurrected and churned people of each period, with sets."""
    periods = frame["day"].dt.to_period(freq)
    sets = frame.groupby(periods)["person"].agg(set)
    seen: set = set()
    before: set = set()
    rows = []
    for period in pd.period_range(periods.min(), periods.max(), freq=freq):
        here = sets.get(period, set())
        rows.append(
            {
                "start": period.start_time.date().isoformat(),
                "active": len(here),
                "new": len(here - seen),
                "returning": len(here & before),
                "resurrected": len((here & seen) - before),
                "churned": len(before - here),
            }
        )
        seen |= here
        before = here
    return pd.DataFrame(rows)


def retained(frame: pd.DataFrame, k: int, last: pd.Timestamp) -> tuple[int, int, int]:
    """Back on the k-th day, back then or later (up to the last day), and watched for so long."""
    watched = exact = later = 0
    for _, days in frame.groupby("person")["day"]:
        first = days.min()
        if first + pd.Timedelta(days=k) > last:
            continue
        watched += 1
        days = days[days <= last]
        exact += bool((days == first + pd.Timedelta(days=k)).any())
        later += bool((days >= first + pd.Timedelta(days=k)).any())
    return exact, later, watched


def sessions(people, times, gap: int) -> pd.DataFrame:
    """Events and seconds of each session, by person and time."""
    frame = pd.DataFrame({"person": people, "time": times}).sort_values(["person", "time"], kind="stable")
    new = frame.groupby("person")["time"].diff().isna() | (frame.groupby("person")["time"].diff() > gap * 60)
    return frame.groupby([frame["person"], new.cumsum()])["time"].agg(
        events="size", seconds=lambda times: times.max() - times.min()
    )
