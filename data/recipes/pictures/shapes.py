"""Outlines in local units: arrays of points (number, 2), x to the right and y downwards; angles in radians."""

import math
from collections.abc import Sequence

import numpy as np

Points = np.ndarray
Pairs = Sequence[Sequence[float]] | Points


def moved(points: Pairs, x: float = 0.0, y: float = 0.0, turn: float = 0.0, scale: float = 1.0) -> Points:
    """Return the points scaled, turned, then moved."""
    cos, sin = math.cos(turn) * scale, math.sin(turn) * scale
    return np.asarray(points, float) @ np.array([[cos, sin], [-sin, cos]]) + (x, y)


def arc(rx: float, ry: float, start: float, end: float, n: int = 24) -> Points:
    """Return `n` points of an ellipse from one angle to another."""
    angles = np.linspace(start, end, n)
    return np.stack([rx * np.cos(angles), ry * np.sin(angles)], axis=1)


def ellipse(rx: float, ry: float | None = None, n: int = 40) -> Points:
    """Return an ellipse, or a circle where `ry` is missing."""
    return arc(rx, rx if ry is None else ry, 0, 2 * math.pi, n + 1)[:-1]


def squircle(rx: float, ry: float, power: float = 4.0, n: int = 48) -> Points:
    """Return an ellipse swollen towards its box: power 2 is an ellipse, 10 nearly a rectangle."""
    circle = ellipse(1.0, n=n)
    return np.sign(circle) * np.abs(circle) ** (2 / power) * (rx, ry)


def blob(rng: np.random.Generator, radius: float, wobble: float = 0.1, lobes: int = 5, n: int = 40) -> Points:
    """Return a closed irregular curve about a circle; `wobble` is the relative deviation of the radius."""
    angles = np.linspace(0, 2 * math.pi, n, endpoint=False)
    waves = np.arange(2, lobes + 2)
    phases = rng.uniform(0, 2 * math.pi, (len(waves), 1))
    amounts = rng.normal(0, 1, (len(waves), 1)) / np.sqrt(waves)[:, None]
    radii = radius * (1 + wobble * (amounts * np.cos(waves[:, None] * angles + phases)).sum(0))
    return np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=1)


def smooth(control: Pairs, rounds: int = 3, closed: bool = True) -> Points:
    """Return a curve that rounds the corners of a polygon or, where not closed, of a broken line."""
    points = np.asarray(control, float)
    for _ in range(rounds):
        following = np.roll(points, -1, axis=0) if closed else points[1:]
        current = points if closed else points[:-1]
        cut = np.stack([0.75 * current + 0.25 * following, 0.25 * current + 0.75 * following], axis=1).reshape(-1, 2)
        points = cut if closed else np.concatenate([points[:1], cut, points[-1:]])
    return points


def lathe(profile: Pairs, rounds: int = 2) -> Points:
    """Return the symmetric outline whose right half is the profile, listed from top to bottom."""
    right = smooth(profile, rounds, closed=False)
    return np.concatenate([right, right[::-1] * (-1, 1)])


def ribbon(path: Pairs, width: float, taper: float = 0.0) -> Points:
    """Return the outline of a thick line; `taper` is the share of the width lost at its end."""
    path = np.asarray(path, float)
    tangents = np.gradient(path, axis=0)
    normals = np.stack([-tangents[:, 1], tangents[:, 0]], axis=1)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    half = normals * (width / 2 * np.linspace(1, 1 - taper, len(path)))[:, None]
    return np.concatenate([path + half, (path - half)[::-1]])


def sausage(path: Pairs, width: float) -> Points:
    """Return the outline of a thick line with round ends."""
    path = np.asarray(path, float)
    body = ribbon(path, width)
    n = len(path)
    start, end = path[1] - path[0], path[-1] - path[-2]
    last, first = math.atan2(end[1], end[0]), math.atan2(start[1], start[0])
    tail = path[-1] + arc(width / 2, width / 2, last + math.pi / 2, last - math.pi / 2, 9)
    head = path[0] + arc(width / 2, width / 2, first - math.pi / 2, first - 3 * math.pi / 2, 9)
    return np.concatenate([body[:n], tail, body[n:], head])


def leaf(length: float, width: float, bend: float = 0.0) -> Points:
    """Return a pointed leaf along x, centred on the origin, whose midrib bends sideways."""
    x = np.linspace(-1, 1, 15)
    half = width / 2 * (1 - x**2) ** 0.8 * (1 - 0.25 * x)
    middle = bend * length * (1 - x**2)
    upper, lower = np.stack([x * length / 2, middle + half], axis=1), np.stack([x * length / 2, middle - half], axis=1)
    return np.concatenate([upper, lower[::-1]])


def wander(rng: np.random.Generator, length: float, curl: float, n: int = 14) -> Points:
    """Return a random open curve that starts at the origin; `curl` is the angle between its ends."""
    bends = np.cumsum(rng.normal(0, 0.12, n)) + np.linspace(0, curl, n) + rng.uniform(0, 2 * math.pi)
    steps = np.stack([np.cos(bends), np.sin(bends)], axis=1) * length / n
    return np.cumsum(steps, axis=0)


def star(points: int, outer: float, inner: float, start: float = -math.pi / 2) -> Points:
    """Return a star with the given number of points."""
    angles = start + np.arange(2 * points) * math.pi / points
    radii = np.where(np.arange(2 * points) % 2 == 0, outer, inner)
    return np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=1)


def hull(points: Points) -> Points:
    """Return the convex hull of a cloud of points."""
    ordered = sorted(map(tuple, points))
    chains = []
    for sequence in (ordered, ordered[::-1]):
        chain: list[tuple[float, float]] = []
        for x, y in sequence:
            while len(chain) > 1:
                (ax, ay), (bx, by) = chain[-2:]
                if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                    break
                chain.pop()
            chain.append((x, y))
        chains += chain[:-1]
    return np.array(chains)


def scatter(rng: np.random.Generator, number: int, radius: float, gap: float) -> Points:
    """Return up to `number` random points of a disc that stay `gap` apart."""
    kept: list[np.ndarray] = []
    for point in rng.uniform(-radius, radius, (number * 8, 2)):
        if point @ point > radius * radius or any((point - other) @ (point - other) < gap * gap for other in kept):
            continue
        kept.append(point)
        if len(kept) == number:
            break
    return np.array(kept).reshape(-1, 2)
