"""Charts as SVG text made on the server, each with the table it was drawn from.

Nothing here carries a colour or an inline style: charts are styled by `voc/charts.css`.
All text passed in is escaped.
"""

from voc.charts.bars import Part, histogram, sparkline, stacked_bar
from voc.charts.draw import Chart, Key, nice_ticks, number
from voc.charts.intervals import Interval, interval_plot
from voc.charts.line import Mark, Point, line_chart

__all__ = [
    "Chart",
    "Interval",
    "Key",
    "Mark",
    "Part",
    "Point",
    "histogram",
    "interval_plot",
    "line_chart",
    "nice_ticks",
    "number",
    "sparkline",
    "stacked_bar",
]
