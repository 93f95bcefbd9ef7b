"""Write the README's table of functions from the registry: ``python tools/readme_table.py``."""

from pathlib import Path

from numba_act.engine.public.registry import activations
from numba_act.language.dtypes import HALF

README = Path(__file__).parent.parent / "README.md"
START, END = "<!-- functions -->\n", "<!-- end of functions -->"


def table():
    """Return the table in Markdown."""
    rows = ["| function | | dtypes kept | largest error, float32 and float64 |", "| --- | --- | --- | --- |"]
    for name, declaration in activations().items():
        arguments = ["x", *(f"{parameter}={value}" for parameter, value in declaration.parameters.items())]
        if declaration.is_row:
            arguments.append("axis=-1")
        summary = declaration.__doc__.partition("\n")[0].rstrip(".")
        dtypes = [dtype.name for dtype in declaration.loop_dtypes if dtype.kind not in "iu"]
        if any(dtype.kind == "i" for dtype in declaration.dtypes):
            dtypes.insert(0, "all integers")
        bounds = " and ".join(f"{bound:g} ULP" for dtype, bound in declaration.max_ulp.items() if dtype not in HALF)
        rows.append(f"| `{name}({', '.join(arguments)})` | {summary} | {', '.join(dtypes)} | {bounds} |")
    return "\n".join(rows) + "\n"


def with_table(text):
    """Return the README's text with the table as it should be."""
    before, _, rest = text.partition(START)
    return before + START + table() + END + rest.partition(END)[2]


if __name__ == "__main__":
    README.write_text(with_table(README.read_text()))
