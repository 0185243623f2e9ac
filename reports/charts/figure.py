"""From a drawing to inline SVG: same bytes for the same figures, readable by people and screen readers."""

import io
import re
from collections.abc import Callable
from html import escape
from typing import Any

INK = "#1d2329"
QUIET = "#6b7580"
RULE = "#c9cfd4"
WASH = "#e9edf0"
ACCENT = "#1f5673"
BEFORE = "#9aa5ae"
BLOCK = "#a3262a"
APPROVAL = "#5f3c88"
WARN = "#8a5a00"
PASS = "#2b6a3f"

_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "guardband",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "text.color": INK,
    "axes.edgecolor": RULE,
    "axes.labelcolor": QUIET,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "xtick.color": QUIET,
    "ytick.color": INK,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 9,
    "ytick.left": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
}

_FONT = "Optima, Candara, 'Gill Sans', 'Noto Sans', 'Segoe UI', sans-serif"


def draw(paint: Callable[[Any, Any], None], *, width: float, height: float, alternative: str) -> str:
    """Return inline SVG of what `paint(figure, axes)` draws.

    width, height: inches at 96 pixels each; the picture scales with its column. alternative: what a
    reader who cannot see the picture should know.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.add_subplot()
        paint(figure, axes)
        buffer = io.StringIO()
        canvas: Any = FigureCanvasSVG(figure)
        canvas.print_svg(buffer, metadata={"Date": None, "Creator": None})
    return _inline(buffer.getvalue(), alternative)


def _inline(svg: str, alternative: str) -> str:
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r"font: ([^;\"]*?)px [^;\"]*", rf"font: \1px {_FONT}", body)
    text = escape(alternative, quote=True)
    body = re.sub(r'width="[\d.]+pt" height="[\d.]+pt"', 'width="100%"', body, count=1)
    return body.replace("<svg ", f'<svg role="img" aria-label="{text}" ', 1).strip()
