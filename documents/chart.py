"""The chart of a bulletin: found and cleared as bars, open at the end as a line. Drawn here, as SVG or PNG."""

from __future__ import annotations

import json

import vl_convert

from documents.bulletin import Bulletin
from documents.fonts import available
from documents.words import words

_COLOURS = ("#B9C9DA", "#2F6690", "#B4472E")
"""Told apart in grey as well: light, dark, and a line with points."""


def svg(bulletin: Bulletin) -> str:
    """Raises :class:`documents.fonts.NoChineseFont`."""
    return str(vl_convert.vegalite_to_svg(json.dumps(_specification(bulletin), ensure_ascii=False)))


def png(bulletin: Bulletin) -> bytes:
    return bytes(vl_convert.svg_to_png(svg(bulletin), scale=3))


def _specification(bulletin: Bulletin) -> dict[str, object]:
    said = words(bulletin.lang)
    found, cleared, open = said.series
    order = [_month(bulletin, n) for n in range(len(bulletin.points))]
    bars = [
        {"month": order[n], "what": what, "n": count}
        for n, point in enumerate(bulletin.points)
        for what, count in ((found, point.found), (cleared, point.cleared))
    ]
    line = [{"month": order[n], "what": open, "n": point.open} for n, point in enumerate(bulletin.points)]
    colour = {
        "field": "what",
        "type": "nominal",
        "title": None,
        "scale": {"domain": list(said.series), "range": list(_COLOURS)},
    }
    empty = not any(point.found or point.cleared or point.open for point in bulletin.points)
    scale, ticks = ({"domain": [0, 1]}, {"values": [0, 1]}) if empty else ({"zero": True}, {"tickMinStep": 1})
    x = {"field": "month", "type": "ordinal", "sort": order, "title": None, "axis": {"labelAngle": 0}}
    y = {
        "field": "n",
        "type": "quantitative",
        "title": None,
        "scale": scale,
        "axis": ticks | {"format": "d", "gridColor": "#DDD"},
    }
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": 420,
        "height": 170,
        "background": "white",
        "config": {
            "font": available("heading")[0],
            "axis": {"labelFontSize": 11, "domainColor": "#888", "tickColor": "#888"},
            "legend": {"orient": "top", "labelFontSize": 11},
            "view": {"stroke": None},
        },
        "layer": [
            {
                "data": {"values": bars},
                "mark": {"type": "bar", "stroke": "#2F6690", "strokeWidth": 0.5},
                "encoding": {"x": x, "y": y, "xOffset": {"field": "what", "sort": [found, cleared]}, "color": colour},
            },
            {
                "data": {"values": line},
                "mark": {"type": "line", "point": {"filled": False, "fill": "white", "size": 50}, "strokeWidth": 2},
                "encoding": {"x": x, "y": y, "color": colour},
            },
        ],
    }  # fmt: skip


def _month(bulletin: Bulletin, n: int) -> str:
    start = bulletin.points[n].period.start
    return f"{start:%b %Y}" if bulletin.lang == "en" else f"{start.year}年{start.month}月"
