"""A horizontal bar chart as SVG, without any library."""

from html import escape

COLOURS = ["#b7410e", "#8a8f98", "#5b6b7f", "#33414f"]
BAR, GAP, LEFT, WIDTH, TOP = 13, 16, 230, 480, 64


def bars(title, unit, table):
    """`table` holds rows of (label, [(series, value), ...]); the first series is drawn in the accent colour."""
    series = [name for name, _ in table[0][1]] if table else []
    longest = max((value for _, values in table for _, value in values), default=1.0) or 1.0
    height = TOP + sum(len(values) * BAR + GAP for _, values in table) + 12
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 70} {height}" '
        'font-family="system-ui, sans-serif" font-size="12">',
        f'<rect width="100%" height="100%" fill="#ffffff"/>',
        f'<text x="12" y="22" font-size="15" font-weight="600" fill="#222">{escape(title)}</text>',
        f'<text x="12" y="40" fill="#666">{escape(unit)}</text>',
    ]
    x = LEFT
    for name, colour in zip(series, COLOURS):
        out.append(f'<rect x="{x}" y="31" width="10" height="10" fill="{colour}"/>')
        out.append(f'<text x="{x + 14}" y="40" fill="#222">{escape(name)}</text>')
        x += 32 + 7 * len(name)
    y = TOP
    for label, values in table:
        middle = y + len(values) * BAR / 2 + 4
        out.append(f'<text x="{LEFT - 10}" y="{middle:.1f}" text-anchor="end" fill="#222">{escape(label)}</text>')
        for (_, value), colour in zip(values, COLOURS):
            width = value / longest * WIDTH
            out.append(f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR - 2}" fill="{colour}"/>')
            out.append(f'<text x="{LEFT + width + 5:.1f}" y="{y + BAR - 3}" font-size="10" fill="#444">{value:.2f}</text>')
            y += BAR
        y += GAP
    out.append("</svg>")
    return "\n".join(out) + "\n"
