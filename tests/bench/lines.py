"""A line chart as SVG, without any library."""

from html import escape

from plot import COLOURS

LEFT, WIDTH, TOP, HEIGHT, BOTTOM = 56, 620, 64, 280, 44


def steps(least, most, about):
    """Round numbers from `least` to `most`, some `about` of them."""
    step = next(unit * 10 ** power for power in range(-6, 12) for unit in (1, 2, 5) if (most - least) / (unit * 10 ** power) <= about)
    at = -(-least // step) * step
    while at <= most:
        yield round(at, 6)
        at += step


def chart(title, across, upwards, drawn, mark=None):
    """`drawn` holds (name, [(x, y), ...]), the first in the accent colour; `mark` is a height that is shown dashed."""
    right = max((x for _, points in drawn for x, _ in points), default=1) or 1
    heights = [y for _, points in drawn for _, y in points] + ([mark] if mark else [])
    top = max(heights, default=1) * 1.05
    x_of = lambda x: LEFT + x / right * WIDTH
    y_of = lambda y: TOP + HEIGHT - y / top * HEIGHT
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 24} {TOP + HEIGHT + BOTTOM}" '
        'font-family="system-ui, sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        f'<text x="12" y="22" font-size="15" font-weight="600" fill="#222">{escape(title)}</text>',
    ]
    x = LEFT
    for (name, _), colour in zip(drawn, COLOURS):
        out.append(f'<rect x="{x}" y="33" width="10" height="10" fill="{colour}"/>')
        out.append(f'<text x="{x + 14}" y="42" fill="#222">{escape(name)}</text>')
        x += 32 + 7 * len(name)
    for y in steps(0, top, 6):
        out.append(f'<path d="M{LEFT} {y_of(y):.1f}h{WIDTH}" stroke="#e5e5e5"/>')
        out.append(f'<text x="{LEFT - 6}" y="{y_of(y) + 4:.1f}" text-anchor="end" fill="#666">{y:g}</text>')
    for x in steps(0, right, 8):
        out.append(f'<text x="{x_of(x):.1f}" y="{TOP + HEIGHT + 18}" text-anchor="middle" fill="#666">{x:g}</text>')
    out.append(f'<text x="{LEFT + WIDTH}" y="{TOP + HEIGHT + 36}" text-anchor="end" fill="#666">{escape(across)}</text>')
    out.append(f'<text x="{LEFT - 6}" y="{TOP - 8}" text-anchor="end" fill="#666">{escape(upwards)}</text>')
    if mark:
        out.append(f'<path d="M{LEFT} {y_of(mark):.1f}h{WIDTH}" stroke="#999" stroke-dasharray="5 4"/>')
    # The first lies on top.
    for (_, points), colour in list(zip(drawn, COLOURS))[::-1]:
        path = " ".join(f"{x_of(x):.1f},{y_of(y):.1f}" for x, y in points)
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.6" stroke-linejoin="round"/>')
    out.append("</svg>")
    return "\n".join(out) + "\n"
