"""Draw the demo's posters: colours by primary genre, a motif by theme, details by film."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageColor, ImageDraw, ImageFont

WIDTH, HEIGHT = 160, 240
PICTURE = 166
# Drawn large and reduced, so that edges are smooth.
SCALE = 4

Point = tuple[float, float]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def brightness(colour: str) -> int:
    """Return how light a colour is, as the sum of its channels."""
    return sum(ImageColor.getrgb(colour))


class Palette(NamedTuple):
    """A poster's colours: ground and text, then three for the motif, strongest first."""

    ground: str
    text: str
    one: str
    two: str
    three: str

    @property
    def pale(self) -> str:
        """The lighter of the text and the third colour."""
        return max(self.text, self.three, key=brightness)

    @property
    def shade(self) -> str:
        """The darker of the text and the third colour."""
        return min(self.text, self.three, key=brightness)


# Two palettes a genre, a light and a dark one.
PALETTES: dict[str, tuple[Palette, Palette]] = {
    "Adventure": (
        Palette("#EBD9B4", "#3B2A1A", "#B8562B", "#2F6B6A", "#F7EDD8"),
        Palette("#1F4A4D", "#F5E6C8", "#E39A3B", "#F5E6C8", "#12302F"),
    ),
    "Comedy": (
        Palette("#F6C95B", "#2B2440", "#E2583E", "#2B5C8A", "#FFF4D6"),
        Palette("#E8694A", "#FFF3DC", "#FFD166", "#FFF3DC", "#8C2F2B"),
    ),
    "Crime": (
        Palette("#DAD3C6", "#1C1B1D", "#B3261E", "#1C1B1D", "#F4EFE6"),
        Palette("#1D1C1F", "#EFE7DA", "#C8322B", "#EFE7DA", "#55504E"),
    ),
    "Drama": (
        Palette("#E6D3C8", "#4A1F2B", "#8C2F41", "#3E5C6E", "#FAF1EA"),
        Palette("#5A2433", "#F6E3D7", "#D98E73", "#F6E3D7", "#33131E"),
    ),
    "Fantasy": (
        Palette("#CFDCC4", "#24362B", "#3F6B4B", "#6B4A8A", "#F3F6EA"),
        Palette("#26392F", "#EDE9C9", "#8FB573", "#EDE9C9", "#6A5596"),
    ),
    "History": (
        Palette("#E8DFC8", "#2E2A24", "#A0522D", "#2C3E58", "#F8F3E3"),
        Palette("#2B3850", "#EFE3C4", "#C79A4B", "#EFE3C4", "#A5482F"),
    ),
    "Mystery": (
        Palette("#C9D3DC", "#1E2A44", "#2F4B7C", "#8A6A9A", "#F1F4F6"),
        Palette("#1E2748", "#E3E4EE", "#6F87C9", "#E8D9A0", "#3A3470"),
    ),
    "Romance": (
        Palette("#F5D5CF", "#5B1A33", "#C93F5B", "#7A4E8A", "#FFF2EE"),
        Palette("#A83250", "#FFE9E1", "#F7A08C", "#FFE9E1", "#64173A"),
    ),
    "Science Fiction": (
        Palette("#C6DFE2", "#123047", "#E5683B", "#1C5D7D", "#F2FAFA"),
        Palette("#10253D", "#DDF0F2", "#4FB3BF", "#F28B4B", "#2B4A70"),
    ),
    "Thriller": (
        Palette("#D9DAD2", "#22262A", "#3C474F", "#D9A520", "#F5F5EF"),
        Palette("#23282D", "#F1EBD2", "#E3B12F", "#F1EBD2", "#4D5962"),
    ),
}


class Sheet:
    """A poster in progress, in poster units from the top left corner."""

    def __init__(self, ground: str) -> None:
        self.image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), ground)
        self.pen = ImageDraw.Draw(self.image)

    def rect(self, x: float, y: float, width: float, height: float, fill: str) -> None:
        """Fill a rectangle given by its top left corner."""
        self.poly([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], fill)

    def poly(self, points: Sequence[Point], fill: str) -> None:
        """Fill a polygon."""
        self.pen.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=fill)

    def line(self, points: Sequence[Point], width: float, fill: str) -> None:
        """Stroke a path."""
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self.pen.line(scaled, fill=fill, width=round(width * SCALE), joint="curve")

    def oval(self, x: float, y: float, wide: float, high: float, fill: str) -> None:
        """Fill an ellipse given by its centre and half axes."""
        self.pen.ellipse(self._box(x, y, wide, high), fill=fill)

    def disc(self, x: float, y: float, radius: float, fill: str) -> None:
        """Fill a circle."""
        self.oval(x, y, radius, radius, fill)

    def ring(self, x: float, y: float, radius: float, width: float, fill: str) -> None:
        """Stroke a circle; the stroke lies inside the radius."""
        self.arc(x, y, radius, 0, 360, width, fill)

    def arc(self, x: float, y: float, radius: float, start: float, end: float, width: float, fill: str) -> None:
        """Stroke a part of a circle, in degrees clockwise from the right."""
        box = self._box(x, y, radius, radius)
        self.pen.arc(box, start, end, fill=fill, width=round(width * SCALE))

    def slice(self, x: float, y: float, radius: float, start: float, end: float, fill: str) -> None:
        """Fill a slice of a circle, in degrees clockwise from the right."""
        self.pen.pieslice(self._box(x, y, radius, radius), start, end, fill=fill)

    def _box(self, x: float, y: float, wide: float, high: float) -> list[float]:
        return [(x - wide) * SCALE, (y - high) * SCALE, (x + wide) * SCALE, (y + high) * SCALE]


def around(x: float, y: float, radius: float, degrees: float) -> Point:
    """Return the point on a circle, in degrees clockwise from the right."""
    turn = math.radians(degrees)
    return x + radius * math.cos(turn), y + radius * math.sin(turn)


def between(rng: Generator, low: float, high: float) -> float:
    """Draw a number between two bounds."""
    return low + (high - low) * rng.random()


def either(rng: Generator, *choices: Any) -> Any:
    """Draw one of the choices."""
    return choices[int(rng.random() * len(choices))]


def crescent(sheet: Sheet, x: float, y: float, radius: float, fill: str, behind: str) -> None:
    """Draw a moon."""
    sheet.disc(x, y, radius, fill)
    sheet.disc(x + radius * 0.45, y - radius * 0.2, radius * 0.85, behind)


def vault(sheet: Sheet, c: Palette, rng: Generator) -> None:
    """A safe door with its dial."""
    turn, spokes = between(rng, 0, 90), either(rng, 3, 4, 5)
    sheet.disc(80, 84, 64, c.one)
    sheet.disc(80, 84, 54, c.three)
    for tick in range(36):
        start, end = around(80, 84, 50, tick * 10), around(80, 84, 41 if tick % 3 else 37, tick * 10)
        sheet.line([start, end], 1.6, c.text)
    sheet.disc(80, 84, 32, c.two)
    for spoke in range(spokes):
        tip = around(80, 84, 36, turn + spoke * 360 / spokes)
        sheet.line([(80, 84), tip], 6, c.one)
        sheet.disc(*tip, 5.5, c.one)
    sheet.disc(80, 84, 12, c.one)
    sheet.disc(80, 84, 5, c.ground)


def lighthouse(sheet: Sheet, c: Palette, rng: Generator) -> None:
    """A striped tower with its beam over waves."""
    x, top, side = between(rng, 52, 108), between(rng, 40, 54), either(rng, -1, 1)
    far = 170 * side
    sheet.poly([(x, top + 2), (x + far, top - 34), (x + far, top + 34)], c.pale)
    bands = 5
    for band in range(bands):
        upper, lower = top + 12 + band * 22, top + 12 + (band + 1) * 22
        half = 8 + band * 2
        points = [(x - half, upper), (x + half, upper), (x + half + 2, lower), (x - half - 2, lower)]
        sheet.poly(points, c.one if band % 2 == 0 else c.two)
    sheet.rect(x - 11, top + 9, 22, 4, c.text)
    sheet.rect(x - 6, top - 5, 12, 14, c.two)
    sheet.poly([(x - 9, top - 5), (x + 9, top - 5), (x, top - 17)], c.one)
    for row in range(3):
        shift, y = between(rng, 0, 32), 138 + row * 11
        for wave in range(-1, 6):
            sheet.slice(wave * 32 + shift, y, 16, 180, 360, (c.one, c.shade, c.two)[row])
        sheet.rect(0, y - 0.5, WIDTH, 30, (c.one, c.shade, c.two)[row])


def knives(sheet: Sheet, c: Palette, rng: Generator) -> None:
    """Kitchen knives side by side, each against the next."""
    count = either(rng, 2, 3, 4)
    gap = {2: 46, 3: 38, 4: 31}[count]
    first = either(rng, 0, 1)
    for number in range(count):
        x = 80 + (number - (count - 1) / 2) * gap
        long, wide = between(rng, 66, 82), min(gap * 0.62, 28)
        up = (number + first) % 2 == 0
        way, base = (-1, 98.0) if up else (1, 70.0)
        edge = wide if up else -wide
        blade, handle = (c.one, c.two) if up else (c.two, c.one)
        tip = base + way * long
        left = x - edge / 2
        curve = [
            (left + edge * math.sin(t * math.pi / 20), tip - way * long * 0.45 * (1 - math.cos(t * math.pi / 20)))
            for t in range(11)
        ]
        sheet.poly([(left, base), *curve, (left + edge, base)], blade)
        sheet.rect(min(left, left + edge * 0.5), min(base, base - way * 46), wide * 0.5, 46, handle)
        for rivet in (14, 32):
            sheet.disc(left + edge * 0.25, base - way * rivet, 2, c.ground)


def scales(sheet: Sheet, c: Palette, rng: Generator) -> None:
    """A pair of scales, tipped one way."""
    tilt = between(rng, 5, 16) * either(rng, -1, 1)
    sheet.disc(80, 84, between(rng, 48, 60), c.three)
    sheet.rect(77, 36, 6, 104, c.two)
    sheet.poly([(52, 150), (108, 150), (96, 138), (64, 138)], c.two)
    ends = [around(80, 44, 54, tilt), around(80, 44, -54, tilt)]
    sheet.line(ends, 5, c.one)
    sheet.disc(80, 44, 8, c.one)
    sheet.disc(80, 44, 3, c.ground)
    for x, y in ends:
        sheet.line([(x - 22, y + 46), (x, y), (x + 22, y + 46)], 1.6, c.text)
        sheet.slice(x, y + 45, 24, 0, 180, c.one)


def peaks(sheet: Sheet, c: Palette, rng: Generator) -> None:
    """Mountains with snow and a low sun."""
    sheet.disc(between(rng, 34, 126), between(rng, 34, 54), between(rng, 14, 22), c.two)
    places = [
        (between(rng, 20, 45), 84, 62, c.three),
        (between(rng, 110, 140), 70, 70, c.three),
        (between(rng, 62, 98), between(rng, 38, 54), 74, c.one),
    ]
    for x, top, half, colour in places:
        slope = (PICTURE - top) / half
        sheet.poly([(x, top), (x + half, PICTURE), (x - half, PICTURE)], colour)
        if colour == c.one:
            snow = 30
            cut = snow / slope
            sheet.poly(
                [
                    (x, top),
                    (x + cut, top + snow),
                    (x + cut * 0.4, top + snow * 0.68),
                    (x, top + snow * 1.05),
                    (x - cut * 0.45, top + snow * 0.66),
                    (x - cut, top + snow),
                ],
                c.pale,
            )
            sheet.poly(
                [
                    (x, top + snow * 1.05),
                    (x + cut * 0.4, top + snow * 0.68),
                    (x + cut, top + snow),
                    (x + half, PICTURE),
                    (x + half * 0.2, PICTURE),
                ],
                c.shade,
            )


def loops(sheet: Sheet, c: Palette, rng: Generator) -> None:
    """Broken circles around the hands of a clock."""
    turn = between(rng, 0, 360)
    step = either(rng, 35, 60, 90)
    for number, colour in enumerate((c.one, c.two, c.one, c.two)):
        radius = 68 - number * 13
        start = turn + number * step
        sheet.arc(80, 84, radius, start, start + 292, 7, colour)
        head = start + 292
        inner, outer = around(80, 84, radius - 12, head), around(80, 84, radius + 5, head)
        sheet.poly([inner, outer, around(80, 84, radius - 3.5, head + 700 / radius)], colour)
    sheet.line([(80, 84), around(80, 84, 16, turn)], 4, c.text)
    sheet.line([(80, 84), around(80, 84, 10, turn + 130)], 4, c.text)


def chess(sheet: Sheet, c: Palette, rng: Generator) -> None:
    """A pawn before a board."""
    first = either(rng, 0, 1)
    size = WIDTH / 6
    for row in range(6):
        for column in range(6):
            if (row + column + first) % 2:
                sheet.rect(column * size, row * size + 6, size, size, c.three)
    x = either(rng, 0, 1) * 54 + 53
    pawns = ((x, 150.0, c.one), (160 - x, 134.0, c.two))
    for x, base, colour in pawns[:: either(rng, 1, -1)]:
        sheet.poly([(x - 9, base - 66), (x + 9, base - 66), (x + 19, base - 16), (x - 19, base - 16)], colour)
        sheet.disc(x, base - 78, 18, colour)
        sheet.rect(x - 16, base - 64, 32, 6, colour)
        sheet.rect(x - 27, base - 16, 54, 16, colour)


def rails(sheet: Sheet, c: Palette, rng: Generator) -> None:
    """Rails that meet at the horizon, under a moon."""
    x, horizon = between(rng, 48, 112), between(rng, 62, 76)
    sheet.rect(0, horizon, WIDTH, PICTURE - horizon, c.one)
    crescent(sheet, 160 - x, between(rng, 26, 36), between(rng, 14, 19), c.two, c.ground)
    for sleeper in range(9):
        depth = 0.05 + 0.95 * (sleeper / 8) ** 1.9
        y = horizon + (PICTURE - horizon) * depth
        middle = x + (80 - x) * depth
        sheet.rect(middle - 66 * depth, y - 9 * depth, 132 * depth, 6 * depth, c.ground)
    for side in (-1, 1):
        foot = 80 + side * 44
        sheet.poly([(x, horizon), (foot - 4, PICTURE), (foot + 4, PICTURE)], c.two)


def planet(sheet: Sheet, c: Palette, rng: Generator) -> None:
    """A ringed planet with moons and stars."""
    for _ in range(26):
        sheet.disc(between(rng, 4, 156), between(rng, 4, 160), either(rng, 0.7, 1.0, 1.5), c.text)
    x, y, radius = between(rng, 66, 94), between(rng, 74, 94), between(rng, 34, 44)
    tilt, flat = math.radians(between(rng, 12, 30) * either(rng, -1, 1)), 0.26

    def orbit(start: int, end: int, reach: float) -> list[Point]:
        turns = [math.radians(degree) for degree in range(start, end + 1, 4)]
        flatly = [(reach * math.cos(t), reach * flat * math.sin(t)) for t in turns]
        return [
            (x + a * math.cos(tilt) - b * math.sin(tilt), y + a * math.sin(tilt) + b * math.cos(tilt))
            for a, b in flatly
        ]

    sheet.line(orbit(180, 360, radius * 1.75), 5, c.two)
    sheet.disc(x, y, radius, c.one)
    sheet.slice(x, y, radius, math.degrees(tilt), math.degrees(tilt) + 180, c.three)
    sheet.line(orbit(0, 180, radius * 1.75), 5, c.two)
    for _ in range(either(rng, 1, 2)):
        sheet.disc(*around(x, y, 66, either(rng, 215, 235, 305, 325)), between(rng, 4, 8), c.two)


def record(sheet: Sheet, c: Palette, rng: Generator) -> None:
    """A record above piano keys."""
    x, y = either(rng, 50, 80, 110), between(rng, 58, 68)
    sheet.disc(x, y, 52, c.one)
    for groove in range(3):
        sheet.ring(x, y, 45 - groove * 7, 0.9, c.ground)
    sheet.disc(x, y, 20, c.two)
    sheet.disc(x, y, 3.5, c.ground)
    sheet.rect(0, 122, WIDTH, PICTURE - 122, c.shade)
    keys, first = 8, either(rng, 0, 3)
    for key in range(keys):
        sheet.rect(key * 20 + 0.7, 124, 18.6, PICTURE, c.pale)
    for key in range(-1, keys):
        if (key + first) % 7 not in (2, 6):
            sheet.rect(key * 20 + 14.5, 122, 11, 27, c.shade)


def robot(sheet: Sheet, c: Palette, rng: Generator) -> None:
    """A robot's head and its heart."""
    wide, apart = between(rng, 40, 50), between(rng, 17, 22)
    sheet.rect(78, 18, 4, 22, c.two)
    sheet.disc(80, 17, 7, c.one)
    sheet.rect(80 - wide, 38, wide * 2, 64, c.one)
    for side in (-1, 1):
        sheet.rect(80 + side * (wide + 5) - 5, 58, 10, 24, c.two)
        sheet.disc(80 + side * apart, 64, 11, c.pale)
        look = either(rng, -3, 0, 3)
        sheet.disc(80 + side * apart + look, 65, 5, c.shade)
    for tooth in range(5):
        sheet.rect(80 - 21 + tooth * 9, 86, 6, 7, c.ground)
    sheet.rect(70, 102, 20, 8, c.two)
    sheet.rect(26, 110, 108, PICTURE - 110, c.two)
    x, y, r = either(rng, 80, 100), 133, 8.5
    sheet.disc(x - r * 0.9, y, r, c.one)
    sheet.disc(x + r * 0.9, y, r, c.one)
    sheet.poly([(x - r * 1.78, y + 3), (x + r * 1.78, y + 3), (x, y + r * 2.5)], c.one)


def house(sheet: Sheet, c: Palette, rng: Generator) -> None:
    """A tall dark house with one window lit."""
    sheet.disc(between(rng, 46, 114), between(rng, 52, 64), between(rng, 40, 48), c.two)
    unlit = c.ground if c.shade == c.three else c.one
    tower = either(rng, -1, 1)
    sheet.rect(40, 86, 80, PICTURE - 86, c.shade)
    sheet.poly([(32, 86), (128, 86), (80, 52)], c.shade)
    x = 80 + tower * 32
    sheet.rect(x - 15, 60, 30, PICTURE - 60, c.shade)
    sheet.poly([(x - 21, 60), (x + 21, 60), (x + tower * between(rng, 0, 7), between(rng, 14, 26))], c.shade)
    sheet.rect(80 - tower * 26 - 5, 52, 10, 30, c.shade)
    windows = [(x, 76), (x, 104), (80 - tower * 4, 104), (80 - tower * 27, 104), (80 - tower * 27, 132), (x, 132)]
    lit = int(rng.random() * len(windows))
    for number, (wx, wy) in enumerate(windows):
        sheet.rect(wx - 5.5, wy, 11, 16, c.pale if number == lit else unlit)
    sheet.rect(80 - tower * 4 - 8, 138, 16, PICTURE - 138, unlit)


def eye(sheet: Sheet, c: Palette, rng: Generator) -> None:
    """An eye divided into two colours."""
    side = either(rng, -1, 1)
    half = [(80, 0), (80 + side * 80, 0), (80 + side * 80, PICTURE), (80, PICTURE)]
    sheet.poly(half, c.one)
    reach, lift = 66, between(rng, 34, 46)
    turns = [math.radians(degree) for degree in range(0, 360, 4)]
    lids = [(80 + reach * math.cos(t), 84 - lift * math.sin(t) * abs(math.sin(t)) ** 0.3) for t in turns]
    sheet.poly(lids, c.pale)
    radius = lift * 0.72
    start = 90 if side < 0 else -90
    sheet.slice(80, 84, radius, start, start + 180, c.shade)
    sheet.slice(80, 84, radius, start + 180, start + 360, c.one)
    sheet.disc(80, 84, radius * 0.45, c.ground)
    sheet.disc(80 + radius * 0.3, 84 - radius * 0.3, radius * 0.16, c.pale)


def dunes(sheet: Sheet, c: Palette, rng: Generator) -> None:
    """Dunes under a large sun, crossed by a small caravan."""
    sheet.disc(between(rng, 44, 116), between(rng, 48, 60), between(rng, 24, 34), c.two)
    crests = [
        (between(rng, 10, 60), 96, c.three),
        (between(rng, 90, 150), 112, c.one),
        (between(rng, 20, 70), 134, c.text),
    ]
    for number, (x, top, colour) in enumerate(crests):
        sheet.oval(x, top + 96, 128, 96, colour)
        if number == 1:
            for camel in range(either(rng, 3, 4, 5)):
                cx = 24 + camel * 15
                lift = top + 96 - 96 * math.sqrt(max(0.0, 1 - ((cx - x) / 128) ** 2))
                sheet.poly([(cx - 5, lift + 1), (cx + 5, lift + 1), (cx, lift - 9)], c.text)


def honeycomb(sheet: Sheet, c: Palette, rng: Generator) -> None:
    """Cells of a comb, some of them full."""
    size = 17.0
    for row in range(-1, 6):
        for column in range(-1, 6):
            x = 12 + column * size * math.sqrt(3) + (row % 2) * size * math.sqrt(3) / 2
            y = 8 + row * size * 1.5 + 8
            if math.hypot(x - 80, y - 80) > between(rng, 58, 82):
                continue
            cell = [around(x, y, size - 1.6, 30 + 60 * corner) for corner in range(6)]
            sheet.poly(cell, either(rng, c.one, c.one, c.two, c.three))
    x, y = between(rng, 60, 104), between(rng, 60, 104)
    for side in (-1, 1):
        sheet.oval(x + side * 9, y - 9, 9, 6, c.text)
    sheet.oval(x, y, 7, 14, c.ground)
    for stripe in (-4, 2, 8):
        sheet.rect(x - 6, y + stripe - 1.5, 12, 3, c.text)


def balloon(sheet: Sheet, c: Palette, rng: Generator) -> None:
    """A striped balloon among clouds."""
    x, y, radius = between(rng, 64, 96), between(rng, 62, 68), between(rng, 42, 48)
    for _ in range(3):
        cx, cy = between(rng, 0, 160), between(rng, 30, 150)
        sheet.disc(cx, cy, 9, c.three)
        sheet.disc(cx + 14, cy - 3, 12, c.three)
        sheet.rect(cx - 8, cy, 46, 9, c.three)
        sheet.disc(cx + 30, cy + 1, 8, c.three)
    neck = y + radius * 1.45
    for wide, colour in ((1.0, c.one), (0.66, c.two), (0.3, c.one)):
        sheet.oval(x, y, radius * wide, radius, colour)
        sheet.poly(
            [
                (x - radius * wide * 0.93, y + radius * 0.38),
                (x + radius * wide * 0.93, y + radius * 0.38),
                (x + 9 * wide, neck),
                (x - 9 * wide, neck),
            ],
            colour,
        )
    for side in (-1, 1):
        sheet.line([(x + side * 8, neck), (x + side * 7, neck + 16)], 1.4, c.text)
    sheet.rect(x - 10, neck + 15, 20, 14, c.text)


def tent(sheet: Sheet, c: Palette, rng: Generator) -> None:
    """A striped big top with its flag."""
    peak, stripes, eaves = between(rng, 30, 42), either(rng, 6, 8), 92
    for stripe in range(stripes):
        colour = c.one if stripe % 2 == 0 else c.three
        left, right = 12 + stripe * 136 / stripes, 12 + (stripe + 1) * 136 / stripes
        sheet.poly([(80, peak), (left, eaves), (right, eaves)], colour)
        inner = [24 + (stripe + side) * 112 / stripes for side in (0, 1)]
        sheet.rect(inner[0], eaves, inner[1] - inner[0], PICTURE - eaves, c.three if colour == c.one else c.one)
        sheet.slice((left + right) / 2, eaves, 68 / stripes, 0, 180, colour)
    opening = between(rng, 12, 20)
    sheet.poly([(80, eaves + 14), (80 + opening, PICTURE), (80 - opening, PICTURE)], c.text)
    sheet.rect(79, peak - 20, 2, 22, c.text)
    way = either(rng, -1, 1)
    sheet.poly([(80, peak - 20), (80 + way * 20, peak - 14), (80, peak - 8)], c.two)


def pitch(sheet: Sheet, c: Palette, rng: Generator) -> None:
    """A pitch seen from above and the ball."""
    for band in range(0, 8, 2):
        sheet.rect(band * 20, 0, 20, PICTURE, c.three)
    low = either(rng, 0, 1)
    y = 118 if low else 46
    sheet.rect(0, y - 1, WIDTH, 2.4, c.text)
    sheet.ring(80, y, 40, 2.4, c.text)
    sheet.disc(80, y, 3.5, c.text)
    x, y, radius, turn = between(rng, 56, 104), 54 if low else 112, between(rng, 27, 33), between(rng, 0, 72)
    sheet.disc(x, y, radius, c.one)
    sheet.poly([around(x, y, radius * 0.38, turn + 72 * corner) for corner in range(5)], c.ground)
    for corner in range(5):
        tip = around(x, y, radius * 0.38, turn + 72 * corner)
        far = around(x, y, radius * 0.98, turn + 72 * corner)
        sheet.line([tip, far], 2.2, c.ground)


def forest(sheet: Sheet, c: Palette, rng: Generator) -> None:
    """Firs before a moon, with two eyes among them."""
    crescent(sheet, between(rng, 50, 110), between(rng, 38, 48), between(rng, 20, 26), c.two, c.ground)
    places = [
        (4, 78, c.three),
        (44, 88, c.three),
        (86, 74, c.three),
        (126, 86, c.three),
        (158, 70, c.three),
        (22, 108, c.one),
        (66, 114, c.one),
        (110, 104, c.one),
        (146, 112, c.one),
    ]
    for left, high, colour in places:
        x, top = left + between(rng, -6, 6), high + between(rng, -12, 8)
        for tier in range(4):
            half, low = 10 + tier * 5, top + 26 + tier * 20
            sheet.poly([(x, top + tier * 15), (x - half, low), (x + half, low)], colour)
        sheet.rect(x - 3, top + 80, 6, PICTURE, colour)
    sheet.rect(0, 156, WIDTH, 12, c.one)
    x, y = between(rng, 50, 110), between(rng, 136, 146)
    for side in (-1, 1):
        sheet.oval(x + side * 8, y, 5, 3, c.two)
        sheet.disc(x + side * 8, y, 1.6, c.ground)


def crown(sheet: Sheet, c: Palette, rng: Generator) -> None:
    """A crown with jewels."""
    points = either(rng, 3, 5)
    sheet.disc(80, 88, between(rng, 58, 66), c.three)
    left, right, base = 32, 128, 118
    step = (right - left) / (points - 1)
    outline: list[Point] = [(left + 4, base)]
    for number in range(points):
        x, tall = left + number * step, 58 if number % 2 == 0 else 66
        top = 110 - tall + abs(number - (points - 1) / 2) * 5
        lean = (number - (points - 1) / 2) * 4
        outline.append((x + lean, top))
        if number < points - 1:
            outline.append((x + step / 2 + lean * 0.5, 96))
    sheet.poly([*outline, (right - 4, base)], c.one)
    for number in range(points):
        x, y = outline[1 + number * 2]
        sheet.disc(x, y - 2, 7, c.two)
    sheet.rect(left + 4, base + 3, right - left - 8, 15, c.one)
    jewels = either(rng, 3, 5)
    for number in range(jewels):
        x = 80 + (number - (jewels - 1) / 2) * 72 / (jewels - 1)
        sheet.poly([around(x, base + 10.5, 5, corner * 90) for corner in range(4)], c.ground)


def submarine(sheet: Sheet, c: Palette, rng: Generator) -> None:
    """A submarine below the surface, with sonar circles."""
    surface, way = between(rng, 30, 42), either(rng, -1, 1)
    sheet.rect(0, surface, WIDTH, PICTURE - surface, c.three)
    for wave in range(-1, 11):
        sheet.slice(wave * 16 + 8, surface + 0.5, 8, 180, 360, c.three)
    x, y = 80 - way * 16, between(rng, 96, 110)
    nose = x + way * 42
    for number in range(4):
        middle = 0 if way > 0 else 180
        sheet.arc(nose, y, 20 + number * 15, middle - 40, middle + 40, 2, c.two)
    sheet.oval(x, y, 46, 15, c.one)
    sheet.poly([(x - way * 36, y), (x - way * 54, y - 15), (x - way * 54, y + 15)], c.one)
    sheet.rect(x - 13, y - 30, 26, 20, c.one)
    sheet.rect(x - 2, surface - 12, 4, y - 30 - surface + 14, c.two)
    sheet.rect(x - 2 if way > 0 else x - 9, surface - 14, 11, 4, c.two)
    for port in range(3):
        sheet.disc(x + (port - 1) * 17, y, 4, c.ground)


def dancers(sheet: Sheet, c: Palette, rng: Generator) -> None:
    """Two dancers: a turning skirt and a straight back."""
    way, lean = either(rng, -1, 1), between(rng, 4, 12)
    x = 80 - way * 20
    sheet.disc(80, 80, between(rng, 58, 68), c.three)
    folds = either(rng, 6, 8)
    for fold in range(folds):
        start = 40 + fold * 100 / folds - way * lean
        sheet.slice(x, 66, 88, start, start + 100 / folds + 0.4, c.one if fold % 2 == 0 else c.two)
    sheet.poly([(x - 12, 48), (x + 12, 48), (x + 6, 74), (x - 6, 74)], c.one)
    sheet.disc(x - way * 2, 34, 9.5, c.one)
    px = 80 + way * 28
    sheet.poly(
        [
            (px - 14, 42),
            (px + 14, 42),
            (px + 9, 98),
            (px + 14 + way * lean, 154),
            (px + 2 + way * lean, 154),
            (px, 106),
            (px - 5, 154),
            (px - 16, 154),
            (px - 9, 98),
        ],
        c.text,
    )
    sheet.disc(px, 27, 9.5, c.text)
    sheet.line([(x, 52), (80 + way * 2, 60), (px, 48)], 5, c.text)
    sheet.line([(x - way * 8, 52), (x - way * 34, 38 - lean)], 4.5, c.one)


def frames(sheet: Sheet, c: Palette, rng: Generator) -> None:
    """A painting and its almost perfect copy."""
    sun, hill, odd = between(rng, 0.3, 0.7), between(rng, 0.3, 0.7), either(rng, 0, 1)
    wide, high = 70, 88
    for number, (x, y) in enumerate(((16, 22), (74, 58))):
        sheet.rect(x - 5, y - 5, wide + 10, high + 10, c.ground)
        sheet.rect(x - 3, y - 3, wide + 6, high + 6, c.text)
        sheet.rect(x, y, wide, high, c.three)
        colours = (c.two, c.one) if number == odd else (c.one, c.two)
        sheet.disc(x + wide * sun, y + 30, 14, colours[0])
        for top, crest, end, colour in ((62, hill, 68, c.one), (76, 1 - hill, 80, c.two)):
            ridge = [(x, y + top), (x + wide * crest, y + top - 15), (x + wide, y + end)]
            sheet.poly([(x, y + high), *ridge, (x + wide, y + high)], colour)


def rings(sheet: Sheet, c: Palette, rng: Generator) -> None:
    """Two linked rings under falling petals."""
    for _ in range(either(rng, 14, 20)):
        x, y, turn = between(rng, 6, 154), between(rng, 6, 160), between(rng, 0, 180)
        sheet.poly([around(x, y, (6, 2.6)[corner % 2], turn + corner * 90) for corner in range(4)], c.three)
    radius, lift = between(rng, 35, 40), between(rng, -10, 10)
    left, right = (80 - radius * 0.6, 88 - lift), (80 + radius * 0.6, 88 + lift)
    sheet.ring(*left, radius, 8, c.one)
    sheet.ring(*right, radius, 8, c.two)
    # The first ring passes over the second at their lower crossing.
    sheet.arc(*left, radius, 15, 75, 8, c.one)
    x, y = left[0], left[1] - radius - 6
    sheet.poly([(x - 11, y - 4), (x - 6, y - 10), (x + 6, y - 10), (x + 11, y - 4), (x, y + 9)], c.text)


MOTIFS: dict[str, Callable[[Sheet, Palette, Generator], None]] = {
    "heists": vault,
    "lighthouses and the sea": lighthouse,
    "kitchen rivalries": knives,
    "courtrooms": scales,
    "mountaineering": peaks,
    "time loops": loops,
    "chess prodigies": chess,
    "night trains": rails,
    "deep space": planet,
    "jazz clubs": record,
    "robots with feelings": robot,
    "haunted houses": house,
    "double agents": eye,
    "desert journeys": dunes,
    "beekeepers": honeycomb,
    "early flight": balloon,
    "travelling circuses": tent,
    "small-town football": pitch,
    "witches in the woods": forest,
    "royal courts": crown,
    "submarines": submarine,
    "ballroom dancing": dancers,
    "art forgers": frames,
    "weddings": rings,
}


def wrap(title: str, font: Font, width: float) -> list[str]:
    """Break a title into lines no wider than `width` pixels, never after `The` or `Mr`."""
    lines = [""]
    for word in re.findall(r"(?:The |Mr )?\S+", title):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def balanced(title: str, font: Font, width: float) -> list[str]:
    """Break a title into as few lines as fit, and as even as they can be."""
    lines = wrap(title, font, width)
    while width > 0:
        width -= SCALE
        narrower = wrap(title, font, width)
        if len(narrower) > len(lines) or max(map(font.getlength, narrower)) > width:
            break
        lines = narrower
    return lines


def write_title(sheet: Sheet, title: str, ink: str) -> None:
    """Set the title below the motif, as large as three lines allow."""
    for size in (19, 17, 15.5, 14):
        font = ImageFont.load_default(size * SCALE)
        lines = balanced(title, font, (WIDTH - 22) * SCALE)
        if len(lines) * size * 1.14 <= 54:
            break
    for number, line in enumerate(lines):
        y = PICTURE + 12 + number * size * 1.14
        sheet.pen.text((11 * SCALE, y * SCALE), line, fill=ink, font=font, stroke_width=1, stroke_fill=ink)


def draw_poster(title: str, genre: str, theme: str, rng: Generator) -> Image.Image:
    """Draw one poster."""
    colours = either(rng, *PALETTES[genre])
    sheet = Sheet(colours.ground)
    MOTIFS[theme](sheet, colours, rng)
    sheet.rect(0, PICTURE, WIDTH, HEIGHT - PICTURE, colours.ground)
    sheet.rect(11, PICTURE + 6, 18, 1.6, colours.text)
    write_title(sheet, title, colours.text)
    return sheet.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


def draw_posters(films: Sequence[Any], folder: Path, seed: int) -> None:
    """Draw every film's poster; a film's details depend on the seed and its own number."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, film in enumerate(films):
        poster = draw_poster(film.title, film.genres[0], film.theme, np.random.default_rng([seed, number]))
        poster.save(folder / f"{film.item_id}.webp", quality=86, method=6)
