"""Results of an interleaved run: a table to read, a file to compute with, a chart to look at."""

import statistics

import plot
from servers import ROOT


def report(title, unit, rows, stem, names):
    own = names[0]
    print(f"\n{title} ({unit})\n")
    print("| | " + " | ".join(names) + " | " + " | ".join(f"{own} / {n}" for n in names[1:]) + " |")
    print("|---|" + "---|" * (2 * len(names) - 1))
    lines = ["row\tserver\tmedian\tmin\tmax"]
    table = []
    for label, values in rows:
        medians = {name: statistics.median(values[name]) for name in names}
        ratios = [medians[own] / medians[name] if medians[name] else float("nan") for name in names[1:]]
        print(f"| {label} | " + " | ".join(f"{medians[n]:.2f}" for n in names) + " | " +
              " | ".join(f"{r:.2f}" for r in ratios) + " |")
        lines += [f"{label}\t{n}\t{medians[n]:.4f}\t{min(values[n]):.4f}\t{max(values[n]):.4f}" for n in names]
        table.append((label, [(name, medians[name]) for name in names]))
    directory = ROOT / "docs/src/plots"
    directory.mkdir(parents=True, exist_ok=True)
    (directory / f"{stem}.tsv").write_text("\n".join(lines) + "\n")
    (directory / f"{stem}.svg").write_text(plot.bars(title, unit, table))
